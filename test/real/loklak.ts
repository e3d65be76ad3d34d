// Owns loklak as a process, started the way a person starts it, and what it left in its dumps. Reads the dumps by itself:
// nothing of loklak's own reading is trusted here.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { fetchOperator } from '../../src/support/fetch.ts'
import { isObject, parseJson, type JsonObject } from '../../src/support/json.ts'
import { start, type Child } from './process.ts'
import { until } from './until.ts'

export interface Loklak {
  readonly name: string
  /** Where it answers; another address after a restart, unless `port.http` says which. */
  url(): string
  /** Every complete line of its dumps, in order. */
  records(): readonly JsonObject[]
  /** The last that the process wrote. */
  output(): string
  /** What /api/status.json says of the Bluesky source. */
  source(): Promise<JsonObject>
  /** Resolves when the source is live. */
  live(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>
  /** Starts it again on the same data folder. */
  restart(): Promise<void>
  /** Runs a command of loklak on the data folder and gives its exit code and output. */
  command(...words: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }>
}

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

function readDumps(folder: string): JsonObject[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /^messages_\d{8}_\d{8}\.txt(\.gz)?$/.test(name))
    .sort()
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name))
      const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n')
      // What stands after the last newline is a line that is being written.
      return lines.slice(0, -1).map((line) => {
        const record = parseJson(line)
        if (!isObject(record)) throw new Error(`${name}: not a record: ${line}`)
        return record
      })
    })
}

/** Starts loklak on `data` with settings (`key` → value), following the Jetstream at `source`. */
export async function startLoklak(name: string, data: string, source: string, settings: Readonly<Record<string, string>> = {}): Promise<Loklak> {
  const options = { 'port.http': '0', 'data.path': data, 'source.bluesky.url': source, 'source.bluesky.appview.url': '', ...settings }
  const args = [main, ...Object.entries(options).map(([key, value]) => `--${key}=${value}`)]
  const startServer = (): Promise<Child> => start({ command: process.execPath, args, ready: /listening on (http:\S+)/ })
  let server = await startServer()

  async function askSource(): Promise<JsonObject> {
    const { body } = await fetchOperator(`${server.ready}/api/status.json`, { signal: AbortSignal.timeout(10_000), timeout: 10_000, mostBytes: 1e6 })
    const status = parseJson(body.toString('utf8'))
    const sources = isObject(status) ? status['sources'] : undefined
    const found: unknown = Array.isArray(sources) ? sources.find((each: unknown) => isObject(each) && each['name'] === 'bluesky') : undefined
    if (!isObject(found)) throw new Error(`${name}: no Bluesky source in ${body.toString('utf8').slice(0, 500)}`)
    return found
  }

  return {
    name,
    url: () => server.ready,
    records: () => readDumps(join(data, 'dump', 'own')),
    output: () => server.output(),
    source: askSource,
    live: async () => void (await until(`${name} is live`, async () => ((await askSource())['state'] === 'live' ? true : undefined), { describe: () => server.output() })),
    kill: () => server.kill(),
    stop: () => server.stop(),
    async restart() {
      server = await startServer()
    },
    async command(...words) {
      const run = await start({ command: process.execPath, args: [main, ...words, `--data.path=${data}`], ready: /(?:)/ })
      const code = await run.ended
      return { code, output: run.output() }
    },
  }
}
