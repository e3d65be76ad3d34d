// Owns listening to the stream of a loklak server, and going on where it was after every interruption. Does not know what the
// events are for.
import type { IncomingMessage } from 'node:http'
import { backoff } from '../support/backoff.ts'
import { parseJson } from '../support/json.ts'
import { openAnswer } from '../support/open-answer.ts'
import { retryAfter } from '../support/retry-after.ts'
import { readEvents } from '../support/server-events.ts'
import { wait } from '../support/timer.ts'
import { errorIn, LoklakError } from '../watch/errors.ts'

export interface RemoteEvent {
  readonly id: string
  readonly event: string
  readonly data: unknown
}

export interface RemoteOptions {
  /** Of `/api/stream.json`, with what is asked for. */
  readonly address: URL
  /** The socket of a server on this machine, to be reached through it. */
  readonly socketPath?: string
  readonly signal: AbortSignal
  /** Told why it is interrupted, and for how many milliseconds. */
  readonly onInterrupted: (reason: string, pause: number) => void
  /** The shortest and the longest pause, in milliseconds. */
  readonly pauses?: { readonly least: number; readonly most: number }
  readonly now?: () => number
}

export interface Remote {
  /** Ends when the signal aborts. Throws where the server refuses what is asked, or was never there. */
  readonly events: AsyncGenerator<RemoteEvent>
  /** Everything up to here was taken: where to go on. Undefined before anything was. */
  last(): string | undefined
}

/** Three heartbeats. */
const silence = 45_000
const mostRefusal = 65_536
/** However long a server asks to be left alone. */
const longestPause = 3_600_000

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Waiting helps: the server is at its limit, begins, or stops. */
const mayPass = (status: number): boolean => status === 429 || status >= 500

async function refusalOf(response: IncomingMessage, address: URL): Promise<LoklakError> {
  const { statusCode = 0, headers: { location } } = response
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > mostRefusal) break
  }
  const moved = location === undefined ? '' : ` It says to go to ${location}.`
  return errorIn(parseJson(text)) ?? new LoklakError('SERVER_UNREACHABLE', `${address.origin} answered ${statusCode}, which is no stream.${moved}`)
}

export function listenTo({ address, socketPath, signal, onInterrupted, pauses = { least: 1_000, most: 30_000 }, now = Date.now }: RemoteOptions): Remote {
  const pause = backoff(pauses)
  let last: string | undefined
  let wasThere = false

  /** Waits before the next attempt. */
  async function rest(reason: string, least: number): Promise<void> {
    const ms = Math.max(least, pause.next())
    onInterrupted(reason, ms)
    await wait(ms, signal)
  }

  async function* connection(): AsyncGenerator<RemoteEvent> {
    const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) }
    const response = await openAnswer(address, { headers, signal, silence, socketPath })
    const { statusCode = 0 } = response
    if (statusCode !== 200) {
      const refusal = await refusalOf(response, address)
      if (!mayPass(statusCode)) throw refusal
      await rest(refusal.message, retryAfter(response.headers['retry-after'], now(), longestPause))
      return
    }
    wasThere = true
    for await (const { id, event, data } of readEvents(response.setEncoding('utf8'))) {
      pause.reset()
      if (data !== undefined) yield { id, event, data: parseJson(data) }
      if (id !== '') last = id
    }
    await rest('the stream ended', 0)
  }

  async function* events(): AsyncGenerator<RemoteEvent> {
    while (!signal.aborted) {
      try {
        yield* connection()
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof LoklakError) throw error
        if (!wasThere) throw new LoklakError('SERVER_UNREACHABLE', `${socketPath ?? address.origin}: ${reasonOf(error)}.`, { cause: error })
        await rest(reasonOf(error), 0)
      }
    }
  }

  return { events: events(), last: () => last }
}
