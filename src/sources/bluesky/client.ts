// Owns one WebSocket to a Jetstream server: opening it, its frames, holding it back, noticing that it is dead. Does not
// know what a frame says, nor whether to connect again.
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { isObject, parseJson } from '../../support/json.ts'
import { systemTimer, type Timer } from '../../support/timer.ts'

/** Why there is no connection (any more). */
export interface Ended {
  /** For a person. */
  readonly reason: string
  /** `silent`: it was open and no frame came for a minute. `too large`: a frame beyond all bounds. */
  readonly cause: 'silent' | 'too large' | 'refused' | 'lost' | 'closed'
  /** Where the server refused before the upgrade: the name of its error, as far as it has one. */
  readonly error?: string
}

export interface Connection {
  readonly ended: Promise<Ended>
  /** Stops reading, so that the server's side of the network fills up; it does not count as silence. */
  hold(): void
  release(): void
  /** Closes with a reason of ours; no frame comes after this. */
  close(reason: string): void
}

export interface Handlers {
  open(): void
  frame(data: Buffer, binary: boolean): void
}

export interface ClientOptions {
  readonly userAgent: string
  /** No frame for so many milliseconds means that the connection is dead. */
  readonly watchdog: number
  /** A frame beyond this ends the connection, in bytes. */
  readonly mostBytes: number
  readonly now: () => number
  readonly timer: Timer
}

const handshakeTimeout = 15_000
const mostErrorBody = 4096

/** The first part of an error's body; a server that does not finish it is not waited for. */
async function errorBody(response: IncomingMessage): Promise<string> {
  let body = ''
  const cancel = systemTimer(5000, () => response.destroy())
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      body += String(chunk)
      if (body.length >= mostErrorBody) break
    }
  } catch {
    // What came before it broke off is all that there is.
  } finally {
    cancel()
    response.destroy()
  }
  return body.slice(0, mostErrorBody)
}

/** v2 refuses with `{error, message}`, v1 with plain text. */
function refusal(status: number, body: string): Ended {
  const json = parseJson(body)
  const { error, message } = isObject(json) ? json : {}
  const name = typeof error === 'string' ? error : undefined
  const text = (typeof message === 'string' ? message : body).trim().slice(0, 300)
  const said = [name, text].filter((part) => part !== undefined && part !== '').join(': ')
  return { cause: 'refused', reason: `HTTP ${status}${said === '' ? '' : `: ${said}`}`, ...(name === undefined ? {} : { error: name }) }
}

export function connect(url: string, handlers: Handlers, options: ClientOptions): Connection {
  const { now, timer, watchdog } = options
  const socket = new WebSocket(url, {
    // Jetstream refuses its own compression together with this one, and it costs more than it saves.
    perMessageDeflate: false,
    // An invalid frame is counted and skipped instead of ending the connection.
    skipUTF8Validation: true,
    maxPayload: options.mostBytes,
    handshakeTimeout,
    headers: { 'user-agent': options.userAgent },
  })
  const { promise: ended, resolve } = Promise.withResolvers<Ended>()
  let over = false
  let held = false
  let heard = now()
  let cancel = timer(watchdog, look)

  function finish(end: Ended): void {
    if (over) return
    over = true
    cancel()
    resolve(end)
    // The close frame is written first where the connection still takes one; nothing is waited for.
    if (socket.readyState === WebSocket.OPEN) socket.close(1000)
    socket.terminate()
  }

  function look(): void {
    const quiet = held ? 0 : now() - heard
    if (quiet >= watchdog) finish({ cause: 'silent', reason: `no frame came for ${Math.round(quiet / 1000)} s` })
    else cancel = timer(watchdog - quiet, look)
  }

  socket.on('open', () => {
    heard = now()
    if (!over) handlers.open()
  })
  socket.on('message', (data, binary) => {
    if (over || !Buffer.isBuffer(data)) return
    heard = now()
    handlers.frame(data, binary)
  })
  socket.on('unexpected-response', (_request, response) => {
    void errorBody(response).then((body) => finish(refusal(response.statusCode ?? 0, body)))
  })
  socket.on('error', (error) => {
    const code = 'code' in error ? String(error.code) : ''
    finish({ cause: code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'too large' : 'lost', reason: error.message === '' ? code : error.message })
  })
  socket.on('close', (code, reason) => {
    const said = reason.toString('utf8').slice(0, 123)
    finish({ cause: 'lost', reason: code === 1006 ? 'the connection was lost' : `closed by the server with ${code}${said === '' ? '' : ` ${said}`}` })
  })

  return {
    ended,
    hold() {
      held = true
      socket.pause()
    },
    release() {
      held = false
      heard = now()
      socket.resume()
    },
    close: (reason) => finish({ cause: 'closed', reason }),
  }
}
