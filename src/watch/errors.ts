// Owns every error that a person can meet: one table of code, HTTP status, message and hint. Anything thrown that is not
// one of these is a defect of ours and is shown as INTERNAL.
import { isObject } from '../support/json.ts'

interface ErrorEntry {
  readonly status: number
  readonly message: string
  readonly hint: string
}

export const errorTable = {
  INTERNAL: { status: 500, message: 'Something failed inside loklak.', hint: 'The log has the details. Please report it.' },
  BAD_PARAMETER: { status: 400, message: 'A parameter has a value that does not fit.', hint: 'The detail names the parameter and what would be right.' },
  BAD_QUERY: { status: 400, message: 'The query cannot be meant as it stands.', hint: 'The detail says where, what was expected and what to try. The language is described in docs/query.md.' },
  FEATURE_MISSING: { status: 400, message: 'This needs a part of loklak that is not there yet.', hint: 'The detail names it and says what to use instead.' },
  BAD_CALLBACK: { status: 400, message: 'The callback is not a JavaScript name.', hint: 'Use up to 128 of A-Z a-z 0-9 _ $ . [ ] in callback.' },
  BAD_BODY: { status: 400, message: 'The body could not be read.', hint: 'The detail says where it stops making sense.' },
  NOT_FOUND: { status: 404, message: 'There is nothing at this address.', hint: 'The addresses are listed at /api/openapi.json.' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This address does not take this method.', hint: 'The Allow header names the methods.' },
  BODY_TOO_LARGE: { status: 413, message: 'The body is larger than is taken here.', hint: 'Send less at a time.' },
  URI_TOO_LONG: { status: 414, message: 'The address is longer than is taken here.', hint: 'Send long parameters as a form by POST.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'This content type is not taken here.', hint: 'Send application/json or application/x-www-form-urlencoded.' },
  BAD_REQUEST: { status: 400, message: 'That is not an HTTP request.', hint: 'See RFC 9112, or let a client library write it.' },
  UPGRADE_REQUIRED: { status: 426, message: 'This address speaks WebSocket.', hint: 'Open it with a WebSocket client, or use /api/stream.json.' },
  REQUEST_TIMEOUT: { status: 408, message: 'The request did not arrive in time.', hint: 'Send it again, faster.' },
  HEADERS_TOO_LARGE: { status: 431, message: 'The headers of the request are larger than is taken here.', hint: 'Send less: a shorter address, fewer cookies.' },
  RANGE_NOT_SATISFIABLE: { status: 416, message: 'The file has no such range.', hint: 'The Content-Range header has the size of the file.' },
  TOO_MANY_REQUESTS: { status: 429, message: 'Too many requests from this address.', hint: 'Wait as long as Retry-After says.' },
  OVERLOADED: { status: 503, message: 'loklak is at its limit.', hint: 'Try again after Retry-After seconds.' },
  NOT_READY: { status: 503, message: 'loklak is not ready.', hint: 'The detail names what it waits for; /api/health/ready tells when it is.' },
  DUMPS_DISABLED: { status: 403, message: 'Dumps are not offered here.', hint: 'The operator can set dump.write_enabled=true.' },
  BAD_SETTING: { status: 400, message: 'A setting is wrong.', hint: 'The detail names it. `loklak settings` lists all with value and origin.' },
  BAD_USAGE: { status: 400, message: 'The command line is not understood.', hint: 'Try --help.' },
  DATA_FOLDER_IN_USE: { status: 503, message: 'Another loklak process holds this data folder.', hint: 'Stop it, or give this one a folder of its own with --data.path=DIR.' },
  DATA_FOLDER_TOO_NEW: { status: 503, message: 'This data folder was written by a newer loklak.', hint: 'Run that version, or give this one a folder of its own.' },
  DATA_FOLDER_UNUSABLE: { status: 503, message: 'The data folder cannot be used.', hint: 'Check that it exists, is a directory and may be written by this user.' },
  PORT_IN_USE: { status: 503, message: 'The port is taken.', hint: 'Stop what listens there, or choose another with --port.http=N (0 = any).' },
  JOURNAL_UNAVAILABLE: { status: 503, message: 'Nothing can be stored at the moment.', hint: 'The detail says why; it resumes by itself. See /api/status.json.' },
  BAD_IMPORT: { status: 400, message: 'The file cannot be imported.', hint: 'The detail says why. Dumps are .txt, .txt.gz or .zst with one JSON object a line.' },
  DAMAGED_DUMP: { status: 500, message: 'A dump is damaged.', hint: '`loklak dump verify` lists the places, `loklak dump repair` sets them aside.' },
  SERVER_UNREACHABLE: { status: 503, message: 'No loklak answers there.', hint: 'Start one with `npm start`, or check the address.' },
  SOCKET_FORBIDDEN: { status: 403, message: 'This user may not speak to the loklak that holds the data folder.', hint: 'Run the command as the user that the server runs as, or ask by HTTP where the command has --url.' },
  OUTPUT_UNWRITABLE: { status: 500, message: 'The output cannot be written.', hint: 'Check where it goes to: the disk may be full.' },
  INTERRUPTED: { status: 503, message: 'Stopped by request.', hint: 'Run the same command again: it goes on where it stopped.' },
  LEFT_RUNNING: { status: 503, message: 'Stopped waiting by request; the server goes on with the work, also after a restart.', hint: '`projections` in /api/status.json shows how far it is. The same command would begin anew.' },
  STOPPED: { status: 503, message: 'Stopped by request.', hint: 'Run the same command again: it begins anew.' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable

/** An error for a person. `detail` says what was wrong, where, and what would be right; it is shown, so it holds no secret. */
export class LoklakError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly hint: string
  readonly detail: string
  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(detail === '' ? errorTable[code].message : `${errorTable[code].message} ${detail}`, options)
    this.name = 'LoklakError'
    this.code = code
    this.status = errorTable[code].status
    this.hint = errorTable[code].hint
    this.detail = detail
  }
}

/** The one JSON shape of an error. */
export const errorBody = (error: LoklakError) => ({
  error: { code: error.code, message: errorTable[error.code].message, detail: error.detail, hint: error.hint },
})

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorTable, code)

/** The error that the answer of another process says; undefined where it says something else. */
export function errorIn(answer: unknown): LoklakError | undefined {
  if (!isObject(answer) || !isObject(answer['error'])) return undefined
  const { code, detail } = answer['error']
  return new LoklakError(isCode(code) ? code : 'INTERNAL', typeof detail === 'string' ? detail : '')
}
