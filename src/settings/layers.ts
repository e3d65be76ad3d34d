// Owns where settings are written: files, environment, command line. Each is a layer of assignments in their order.
// Does not know what a key means, only which names there are.
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { LoklakError } from '../watch/errors.ts'
import { readWords, type Takes } from './arguments.ts'
import { boolean } from './kind.ts'
import { knownKeys } from './names.ts'
import { nearest } from './nearest.ts'
import { findOption } from './options.ts'
import { readProperties } from './properties.ts'

/** A key with its text, and the place where a person wrote it: `conf/my.properties:3`, `environment PORT`, `command line`. */
export interface Assignment {
  readonly key: string
  readonly text: string
  readonly from: string
  /** Set where the text cannot be read for what it is. */
  readonly wrong?: string | undefined
}

const badEscape = 'has a \\u without four hexadecimal digits; a backslash itself is written \\\\'

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** The assignments of a properties file. An absent file is an error where it is `required`, otherwise no assignments. */
export function fileLayer(file: string, cwd: string, { required }: { readonly required: boolean }): Assignment[] {
  const path = resolve(cwd, file)
  const shown = relative(cwd, path).startsWith('..') ? path : relative(cwd, path)
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    if (!required && codeOf(error) === 'ENOENT') return []
    throw new LoklakError('BAD_SETTING', `The configuration file ${shown} cannot be read (${String(codeOf(error))}).`, { cause: error })
  }
  return readProperties(content).map(({ key, value, line, malformed }) => ({ key, text: value, from: `${shown}:${line}`, wrong: malformed ? badEscape : undefined }))
}

const withFiles = knownKeys.flatMap((key) => [key, `${key}.file`])

/** `LOKLAK_PORT_HTTP` for `port.http`. */
export const environmentName = (key: string): string => `LOKLAK_${key.toUpperCase().replaceAll('.', '_')}`

const ours = new Map(withFiles.map((key) => [environmentName(key), key]))
/** What the original read, in the order in which later ones win. */
const theirs = new Map([...withFiles.map((key) => [key.replaceAll('.', '_'), key] as const), ['PORT', 'port.http'], ['PORTSSL', 'port.https']])

/** The assignments of the environment; an empty variable counts as not set. Unknown LOKLAK_ variables are warned about. */
export function environmentLayer(env: Readonly<NodeJS.ProcessEnv>, warn: (warning: string) => void): Assignment[] {
  const taken = [...theirs, ...ours].flatMap(([name, key]) => {
    const text = env[name]
    return text === undefined || text === '' ? [] : [{ key, text, from: `environment ${name}` }]
  })
  const unknown = Object.keys(env).filter((name) => name.startsWith('LOKLAK_') && !ours.has(name)).map((name) => {
    const meant = nearest(name.slice('LOKLAK_'.length), knownKeys.map((key) => environmentName(key).slice('LOKLAK_'.length)))
    return meant === undefined ? name : `${name} (did you mean LOKLAK_${meant}?)`
  })
  if (unknown.length > 0) warn(`The environment has variables that are no settings: ${unknown.join(', ')}.`)
  return taken
}

/** What `--name` takes on a command line where `name` is a setting. */
export const settingTakes = (name: string): Takes => (findOption(name)?.kind === boolean ? 'switch' : 'value')

export interface CommandLine {
  readonly assignments: readonly Assignment[]
  readonly config: string | undefined
  readonly rest: readonly string[]
}

const missing = (detail: string): never => {
  throw new LoklakError('BAD_USAGE', detail)
}

/** The assignments of a command line, the file that `--config` names, and the arguments that are neither. */
export function commandLine(argv: readonly string[]): CommandLine {
  const assignments: Assignment[] = []
  const rest: string[] = []
  let config: string | undefined
  for (const word of readWords(argv, settingTakes)) {
    if ('argument' in word) rest.push(word.argument)
    else if (word.name === 'config') config = word.text ?? missing('--config needs a file: --config FILE.')
    else if (word.text !== undefined) assignments.push({ key: word.name, text: word.text, from: 'command line' })
    else assignments.push({ key: word.name, text: '', from: 'command line', wrong: `needs a value: --${word.name}=VALUE` })
  }
  return { assignments, config, rest }
}
