// Owns the program as a person has it: a process with arguments, what it says, how it ends. Nothing of it is imported.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'

const launcher = join(import.meta.dirname, '..', '..', 'loklak.js')

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
  readonly err: string
}

export interface Program {
  /** What it has said so far. */
  out(): string
  err(): string
  /** SIGTERM unless it is told which. */
  signal(name?: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

type Settings = Readonly<Record<string, string>>

/** Starts it. Of the environment of the tests it gets the path alone, so that no setting comes in from there. */
export function startProgram(t: TestContext, args: readonly string[], env: Settings = {}): Program {
  const child = spawn(process.execPath, [launcher, ...args], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => void child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  async function end(): Promise<Ended> {
    const [code, signal]: unknown[] = await once(child, 'close')
    return { code: typeof code === 'number' ? code : null, signal: typeof signal === 'string' ? signal : null, out, err }
  }
  return { out: () => out, err: () => err, signal: (name = 'SIGTERM') => void child.kill(name), ended: end() }
}

/** Runs the program to its end. */
export const run = (t: TestContext, ...args: readonly string[]): Promise<Ended> => startProgram(t, args).ended

export interface Server extends Program {
  readonly url: string
}

/** Starts a server on a data folder and waits for its banner. It follows no network unless the settings say so. */
export async function serve(t: TestContext, data: string, settings: Settings = {}, env: Settings = {}): Promise<Server> {
  // Tests may run where little is free on the disk.
  const all = { 'port.http': '0', 'data.path': data, 'disk.floor': '0', 'source.bluesky.enabled': 'false', 'source.bluesky.appview.url': '', ...settings }
  const program = startProgram(t, Object.entries(all).map(([key, value]) => `--${key}=${value}`), env)
  const [, url] = await until('the banner', () => /listening on (http:\S+)\n$/.exec(program.out()) ?? undefined, program)
  assert.ok(url !== undefined)
  return { ...program, url }
}

/** The settings of a server that follows one Jetstream. */
export const following = (jetstream: string): Settings => ({ 'source.bluesky.enabled': 'true', 'source.bluesky.url': jetstream })

export interface Answer {
  readonly status: number
  readonly body: string
}

/** Asks a server and reads its answer. */
export async function get(url: string): Promise<Answer> {
  const asked = request(url, { agent: false })
  asked.end()
  const [response]: IncomingMessage[] = await once(asked, 'response')
  assert.ok(response !== undefined)
  return { status: response.statusCode ?? 0, body: await text(response) }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What lies at a path in JSON; undefined where nothing does. */
export function at(json: unknown, ...path: readonly string[]): unknown {
  let found = json
  for (const key of path) found = isObject(found) ? found[key] : undefined
  return found
}

export const ask = async (url: string): Promise<unknown> => JSON.parse((await get(url)).body)

/** What another process does cannot be awaited, only asked for: asks until there is an answer, half a minute at most. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined, program?: Program): Promise<T> {
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  void program?.ended.then(() => resolve())
  let over = false
  void gone.then(() => (over = true))
  const deadline = performance.now() + 30_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (over || performance.now() > deadline) assert.fail(`in vain waited for ${what}\n${program?.out() ?? ''}${program?.err() ?? ''}`)
    await Promise.race([sleep(20), gone])
  }
}
