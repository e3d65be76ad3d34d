// The entry: the commands. The server, which is most of what there is to load, is loaded by those that run it.
import { readFileSync } from 'node:fs'
import { demo } from './cli/demo.ts'
import { doctor } from './cli/doctor.ts'
import { dump } from './cli/dump.ts'
import { exportMessages } from './cli/export.ts'
import { importDumps } from './cli/import.ts'
import { indexCommand } from './cli/index-command.ts'
import { runCli } from './cli/run.ts'
import { sample } from './cli/sample.ts'
import { search } from './cli/search.ts'
import { serve, type Collected, type Serving } from './cli/serve.ts'
import { settings } from './cli/settings.ts'
import { stream } from './cli/stream.ts'
import { interruption, watchParent } from './cli/signals.ts'
import type { Settings } from './settings/options.ts'

function readVersion(): string {
  const json: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof json === 'object' && json !== null && 'version' in json ? String(json.version) : 'unknown'
}

const version = readVersion()
const surroundings = { version, env: process.env, err: process.stderr, now: Date.now }

async function startServer(settings: Settings, signal: AbortSignal, instead?: Collected): Promise<Serving> {
  const server = await import('./server.ts')
  return server.startServer(settings, surroundings, signal, instead)
}

const { signal, stop } = interruption(process, (code) => process.exit(code))
if (process.env['npm_lifecycle_event'] !== undefined) watchParent(process, stop)

process.exitCode = await runCli({
  ...surroundings,
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  out: process.stdout,
  signal,
  commands: [
    serve(startServer),
    demo(startServer),
    search,
    importDumps,
    exportMessages,
    stream,
    dump,
    indexCommand,
    sample,
    doctor,
    settings,
  ],
})
