// Owns what a command is: a name, its own flags, how it is told in --help, and a run. Does not know the other commands.
import { LoklakError } from '../watch/errors.ts'
import type { Origin } from '../settings/load.ts'
import { valuesOf, type OptionTable, type Values } from '../settings/option.ts'
import type { Settings } from '../settings/options.ts'
import type { Output } from './output.ts'

/** What every command gets. */
export interface Context {
  readonly settings: Settings
  readonly origins: ReadonlyMap<string, Origin>
  /** What is wrong with the settings, in sentences; none but for a command that is lenient. */
  readonly problems: readonly string[]
  /** The whole command line as it was given. */
  readonly argv: readonly string[]
  /** Arguments that are neither flags nor settings. */
  readonly args: readonly string[]
  readonly cwd: string
  /** For results. */
  readonly out: Output
  /** For everything else: progress, warnings, how to resume. */
  readonly err: Output
  /** Whether a person reads `err` as it is written. */
  readonly isTerminal: boolean
  /** Aborts on the first Ctrl-C or SIGTERM; `reason` is STOPPED. */
  readonly signal: AbortSignal
  readonly now: () => number
}

interface Description<Flags extends OptionTable> {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** Each way to call it, without `loklak`: `import FILE|DIR…`. */
  readonly usage: readonly string[]
  /** How many arguments it takes; none where it is left out. */
  readonly arguments?: { readonly min: number; readonly max: number }
  /** It runs though settings are wrong. */
  readonly lenient?: true
  /** Its own flags. One that has the name of a setting hides the setting. */
  readonly flags: Flags
}

export interface Command extends Description<OptionTable> {
  /** Runs with the texts of the flags that were given; resolves with the exit code. What only a run needs and is much, it loads itself. */
  readonly run: (context: Context, given: ReadonlyMap<string, string>) => Promise<number>
}

/** Defines a command. Its `run` gets its flags parsed and typed by their table, and resolves with the exit code: 0 done, 1 failed. */
export function command<const Flags extends OptionTable>(
  description: Description<Flags> & { readonly run: (context: Context, flags: Values<Flags>) => Promise<number> },
): Command {
  return { ...description, run: (context, given) => description.run(context, parseFlags(description.flags, given, context.cwd)) }
}

/** The values of flags; those not given have their defaults. Throws BAD_USAGE. */
function parseFlags<Flags extends OptionTable>(table: Flags, given: ReadonlyMap<string, string>, cwd: string): Values<Flags> {
  const parse = (name: string): unknown => {
    const flag = table[name]
    const parsed = flag?.kind.parse(given.get(name) ?? flag.default, cwd)
    if (parsed === undefined || 'wrong' in parsed) throw new LoklakError('BAD_USAGE', `--${name}: ${parsed?.wrong ?? 'unknown'}.`)
    return parsed.value
  }
  return valuesOf(table, parse)
}
