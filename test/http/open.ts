// Owns a house that listens: real connections for tests that need them.
import { mkdtempSync, rmSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { listen, type Listening } from '../../src/http/listen.ts'
import type { Timer } from '../../src/support/timer.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { house, type Furnishing, type House } from './parts.ts'

/** A folder that is gone after the tests of a file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loklak-http-'))
  after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Listens on a free port of 127.0.0.1 until the test is over. */
export async function open(t: TestContext, furnishing: Furnishing = {}, timer?: Timer): Promise<Listening & House> {
  const built = house({ ...furnishing, options: { hosts: ['127.0.0.1'], port: 0, ...furnishing.options } })
  const listening = await listen(built.app, built.options, timer)
  t.after(() => listening.close(0))
  return { ...built, ...listening }
}

/** One request over a real connection. */
export function ask(port: number, path: string, options: object = {}): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({ host: '127.0.0.1', port, path, agent: false, ...options }, resolve).once('error', reject).end()
  return promise
}

/** A connection that is established. */
export function connected(port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect(port, '127.0.0.1', () => resolve(socket)).once('error', reject)
  return promise
}

export const refusedWith = (code: string, detail: string) => (error: unknown): boolean => error instanceof LoklakError && error.code === code && error.detail.includes(detail)
