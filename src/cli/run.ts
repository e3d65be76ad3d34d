// Owns a run of the program from command line to exit code: 0 done, 1 failed, 2 not understood. Does not know what any
// command does.
import { badSettings, readSettings } from '../settings/load.ts'
import { errorTable, LoklakError } from '../watch/errors.ts'
import type { Command } from './command.ts'
import { commandHelp, generalHelp } from './help.ts'
import { divide, type Line } from './line.ts'
import { isReaderGone, put, unwritable, type Output } from './output.ts'

/** What surrounds a run; of a real process everything but the last three is on `process`. */
export interface Surroundings {
  readonly argv: readonly string[]
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly cwd: string
  readonly out: Output
  readonly err: Output
  readonly now: () => number
  /** Aborts when the run is to end. */
  readonly signal: AbortSignal
  readonly version: string
  /** The first one is run when none is named. */
  readonly commands: readonly [Command, ...Command[]]
}

/** Runs what a command line asks for; resolves with the exit code and never rejects. */
export async function runCli(surroundings: Surroundings): Promise<number> {
  const { argv, commands, out, err, signal } = surroundings
  let failure: LoklakError | undefined
  out.on('error', (error) => { failure ??= unwritable(error) })
  // Nobody to tell.
  err.on('error', () => {})
  try {
    const line = divide(argv, commands)
    const code = line.asks === undefined ? await runCommand(line, surroundings) : 0
    if (line.asks !== undefined) await put(out, answer(line, surroundings), signal)
    // What the command wrote without waiting may fail as late as here; a stop must not hide it.
    await put(out, '', new AbortController().signal)
    if (failure !== undefined) throw failure
    return code
  } catch (thrown) {
    const error = failure ?? thrown
    if (isReaderGone(error)) return 0
    err.write(explain(error, verbose.test(argv.join(' '))))
    return error instanceof LoklakError && misunderstood.has(error.code) ? 2 : 1
  }
}

const misunderstood = new Set(['BAD_SETTING', 'BAD_USAGE'])
const verbose = /--log\.level[= ](debug|trace)/

const answer = ({ asks, command }: Line, { version, commands }: Surroundings): string =>
  asks === 'version' ? `${version}\n` : command === undefined ? generalHelp(commands, version) : commandHelp(command)

async function runCommand(line: Line, { argv, env, cwd, out, err, now, signal, commands }: Surroundings): Promise<number> {
  const command = line.command ?? commands[0]
  const { settings, origins, warnings, problems, rest: args } = readSettings({ argv: line.argv, env, cwd })
  if (problems.length > 0 && command.lenient !== true) throw badSettings(problems)
  const { min, max } = command.arguments ?? { min: 0, max: 0 }
  if (args.length < min || args.length > max) {
    const wrong = args.length < min ? 'An argument is missing' : `There is no place for ${JSON.stringify(args[max])}`
    throw new LoklakError('BAD_USAGE', `${wrong}: loklak ${command.usage.join(', loklak ')}.`)
  }
  for (const warning of warnings) err.write(`warning: ${warning}\n`)
  return command.run({ settings, origins, problems, argv, args, cwd, out, err, isTerminal: err.isTTY === true, signal, now }, line.flags)
}

/** What a person is told about an error; where the program failed by itself, `withStack` tells where. */
function explain(error: unknown, withStack = false): string {
  if (error instanceof LoklakError) return `error: ${error.message}\nhint: ${error.hint}\n`
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const where = withStack && stack !== undefined ? `${stack}\n` : ''
  return `error: ${errorTable.INTERNAL.message} ${message}\n${where}hint: --log.level=debug shows where. Please report it.\n`
}
