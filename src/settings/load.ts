// Owns how the settings of a process come about: defaults, files, environment, command line; later wins; all that is
// wrong is told at once. Does not know what a setting is for.
import { join } from 'node:path'
import { LoklakError } from '../watch/errors.ts'
import { commandLine, environmentLayer, fileLayer, type Assignment } from './layers.ts'
import { options, type Settings } from './options.ts'
import { valuesOf } from './option.ts'
import { settle, type Settled } from './settle.ts'

/** How a value came to be: its text as it was written, and where: `default`, `conf/my.properties:3`, `environment PORT`, `command line`. */
export interface Origin {
  readonly text: string
  readonly from: string
}

export interface LoadedSettings {
  readonly settings: Settings
  /** By key; for `client.*` by each key that was set. */
  readonly origins: ReadonlyMap<string, Origin>
  /** Sentences for a person: retired keys, keys without effect yet, unknown variables. */
  readonly warnings: readonly string[]
  /** The arguments of the command line that are not settings. */
  readonly rest: readonly string[]
}

export interface ReadSettings extends LoadedSettings {
  /** Sentences that say what is wrong; without it the settings are what they are. */
  readonly problems: readonly string[]
}

const sentence = (problem: string): string => (/[.?]$/.test(problem) ? problem : `${problem}.`)

/** Below the data folder: what an operator changed on this machine. */
const customized = join('settings', 'customized_config.properties')

export interface Written {
  /** Without node and script. */
  readonly argv: readonly string[]
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly cwd: string
}

/** The error that names all that is wrong. */
export const badSettings = (problems: readonly string[]): LoklakError =>
  new LoklakError('BAD_SETTING', problems.length === 1 ? problems.join('') : problems.map((problem) => `\n  ${problem}`).join(''))

/** Reads all settings of a process. Throws BAD_SETTING naming everything that is wrong. */
export function loadSettings(written: Written): LoadedSettings {
  const { problems, ...loaded } = readSettings(written)
  if (problems.length > 0) throw badSettings(problems)
  return loaded
}

/** Reads all settings of a process as far as they can be read. */
export function readSettings({ argv, env, cwd }: Written): ReadSettings {
  const problems: string[] = []
  const warnings: string[] = []
  const report = { problem: (problem: string) => problems.push(sentence(problem)), warn: (warning: string) => warnings.push(warning) }
  // What a key of the original implies never beats the setting itself in the same layer.
  const settleAll = (assignments: readonly Assignment[]): Settled[] =>
    assignments.flatMap((assignment) => settle(assignment, cwd, report) ?? []).sort((a, b) => Number(b.implied) - Number(a.implied))

  function settleFile(file: string, required: boolean): Settled[] {
    try {
      return settleAll(fileLayer(file, cwd, { required }))
    } catch (error) {
      if (!(error instanceof LoklakError)) throw error
      report.problem(error.detail)
      return []
    }
  }

  const { assignments, config, rest } = commandLine(argv)
  const given = config === undefined ? [] : settleFile(config, true)
  const surroundings = [...settleAll(environmentLayer(env, report.warn)), ...settleAll(assignments)]
  const folder = [...given, ...surroundings].findLast(({ key }) => key === 'data.path')?.text.trim() ?? options['data.path'].default
  const changed = settleFile(join(folder, customized), false)
  for (const { key, from } of changed) if (key === 'data.path') report.problem(`${key} (${from}): this file is found by data.path, so it cannot change it`)

  return { ...compose([...given, ...changed, ...surroundings], cwd), warnings, rest, problems }
}

/** Defaults, and over them what was set, later over earlier. */
function compose(settled: readonly Settled[], cwd: string): Pick<LoadedSettings, 'settings' | 'origins'> {
  const values = new Map<string, unknown>()
  const origins = new Map<string, Origin>()
  for (const [key, { kind, default: text }] of Object.entries(options)) {
    if (key.endsWith('.*')) continue
    const parsed = kind.parse(text, cwd)
    if ('wrong' in parsed) throw new Error(`the default of ${key}: ${parsed.wrong}`)
    values.set(key, parsed.value)
    origins.set(key, { text, from: 'default' })
  }
  for (const { key, value, text, from } of settled) {
    values.set(key, value)
    origins.set(key, { text, from })
  }
  const below = (prefix: string) => [...values].flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : []))
  const valueOf = (key: string): unknown => (key.endsWith('.*') ? Object.freeze(Object.fromEntries(below(key.slice(0, -1)))) : values.get(key))
  return { settings: valuesOf(options, valueOf), origins }
}
