// Owns the Python that tests run: an environment with what requirements.txt names, in a cache outside of the project, made
// once for each content of that file.
import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseJson } from '../../src/support/json.ts'

const run = promisify(execFile)
const requirements = join(import.meta.dirname, 'requirements.txt')
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'loklak-test')

/** The folder with the programs of the environment, which is made where it is not there yet. */
export async function pythonPrograms(): Promise<string> {
  const { stdout: version } = await run('python3', ['-c', 'import sys; print(sys.version, sys.base_prefix)'])
  const folder = join(cache, `python-${hash('sha1', version + readFileSync(requirements, 'utf8')).slice(0, 12)}`)
  const programs = join(folder, 'bin')
  const whole = join(folder, 'whole')
  if (existsSync(whole)) return programs
  await run('python3', ['-m', 'venv', '--clear', folder])
  await run(join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements])
  writeFileSync(whole, '')
  return programs
}

/** Runs a script of the folder `python` and gives the JSON that it prints. */
export async function runPython(programs: string, script: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(join(programs, 'python'), [join(import.meta.dirname, 'python', script), ...args], { timeout: 60_000, maxBuffer: 1e8 })
  const said = parseJson(stdout)
  if (said === undefined) throw new Error(`${script} printed no JSON: ${stdout.slice(0, 500)}`)
  return said
}
