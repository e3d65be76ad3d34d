// Owns how a command line is divided: the command, its own flags, and what belongs to the settings.
import { readWords, type Takes } from '../settings/arguments.ts'
import { boolean } from '../settings/kind.ts'
import { settingTakes } from '../settings/layers.ts'
import { isKnown, nearestName } from '../settings/names.ts'
import { didYouMean, nearest } from '../settings/nearest.ts'
import { LoklakError } from '../watch/errors.ts'
import type { Command } from './command.ts'

export interface Line {
  /** Undefined where no command is named. */
  readonly command: Command | undefined
  /** What is asked for instead of a run. */
  readonly asks: 'help' | 'version' | undefined
  /** The texts of the command's own flags. */
  readonly flags: ReadonlyMap<string, string>
  /** The settings and arguments that remain, for loadSettings. */
  readonly argv: readonly string[]
}

const general = ['help', 'version', 'config']

const bad = (detail: string): never => {
  throw new LoklakError('BAD_USAGE', detail)
}

const short: ReadonlyMap<string, string> = new Map([['-h', '--help'], ['-v', '--version']])

/** The short flags in full; after `--` all are arguments. */
const spelledOut = (argv: readonly string[]): string[] => {
  const end = argv.indexOf('--')
  return argv.map((word, at) => (end < 0 || at < end ? (short.get(word) ?? word) : word))
}

/**
 * Divides a command line. The first argument names the command; from there on its own flags win over settings of the
 * same name, before it there are settings only. `help` in its place asks for help with what follows. Throws BAD_USAGE.
 */
export function divide(argv: readonly string[], commands: readonly Command[]): Line {
  let command: Command | undefined
  let asks: Line['asks']
  const flags = new Map<string, string>()
  const settings: string[] = []
  const rest: string[] = []

  const takes = (name: string): Takes => {
    const own = command?.flags[name]
    if (own !== undefined) return own.kind === boolean ? 'switch' : 'value'
    return name === 'help' || name === 'version' ? 'none' : settingTakes(name)
  }

  for (const word of readWords(spelledOut(argv), takes)) {
    if ('argument' in word) {
      if (command === undefined && word.argument === 'help') asks ??= 'help'
      else if (command === undefined) command = find(word.argument, commands)
      else rest.push(word.argument)
      continue
    }
    const { name, text } = word
    const own = command?.flags[name] !== undefined
    if (!own && (name === 'help' || name === 'version')) asks ??= name
    else if (!own && name !== 'config' && !isKnown(name)) bad(unknownName(name, command, commands, argv))
    else if (text === undefined) bad(`--${name} needs a value: --${name}=VALUE.`)
    else if (own) flags.set(name, text)
    else settings.push(`--${name}=${text}`)
  }
  return { command, asks, flags, argv: [...settings, '--', ...rest] }
}

function unknownName(name: string, command: Command | undefined, commands: readonly Command[], argv: readonly string[]): string {
  const owners = command === undefined ? commands.filter(({ flags }) => flags[name] !== undefined) : []
  // The command that is meant may stand further on.
  const owner = owners.find((one) => argv.includes(one.name)) ?? owners[0]
  if (owner !== undefined) return `--${name} stands after the command: loklak ${owner.name} --${name}.`
  const meant = nearestName(name, [...Object.keys(command?.flags ?? {}), ...general])
  return `--${name} is no setting${command === undefined ? '' : ` and no flag of ${command.name}`}${didYouMean(meant === undefined ? undefined : `--${meant}`)}`
}

function find(name: string, commands: readonly Command[]): Command {
  const names = commands.map((command) => command.name)
  return commands.find((command) => command.name === name) ?? bad(`There is no command ${JSON.stringify(name)}${didYouMean(nearest(name, names))}`)
}
