// Owns the other end of control.ts: how a command reaches the server that holds a data folder.
import { request, type IncomingMessage } from 'node:http'
import { isObject, parseJson, type JsonObject } from '../support/json.ts'
import { errorIn, LoklakError } from '../watch/errors.ts'
import { socketAddress, unanswered } from './socket.ts'

/** Sends the question and resolves with the head of the answer. */
function ask(path: string, name: string, body: unknown, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = { 'content-type': 'application/json' }
  const asked = request({ socketPath: path, path: `/control/${encodeURIComponent(name)}`, method: 'POST', headers, agent: false, signal }, resolve)
  asked.once('error', reject)
  asked.end(JSON.stringify(body ?? {}))
  return promise
}

async function* linesOf(response: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of response) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

/**
 * Runs a command inside the server whose socket this is, and yields what it says. Throws the LoklakError that the server
 * answered, SERVER_UNREACHABLE where none listens or where it went away in mid-answer, SOCKET_FORBIDDEN, STOPPED after an abort.
 */
export async function* command(socket: string, name: string, body: unknown, signal: AbortSignal): AsyncGenerator<JsonObject> {
  const address = socketAddress(socket)
  try {
    const response = (await ask(address.path, name, body, signal)).setEncoding('utf8')
    if (response.statusCode !== 200) {
      const refused = (await Array.fromAsync<string>(response)).join('')
      throw errorIn(parseJson(refused)) ?? new LoklakError('SERVER_UNREACHABLE', `${socket} answered ${response.statusCode}.`)
    }
    for await (const text of linesOf(response)) {
      const line = parseJson(text)
      const error = errorIn(line)
      if (error !== undefined) throw error
      if (isObject(line)) yield line
    }
  } catch (error) {
    if (error instanceof LoklakError) throw error
    if (signal.aborted) throw new LoklakError('STOPPED', '', { cause: error })
    throw unanswered(socket, error)
  } finally {
    address.release()
  }
}
