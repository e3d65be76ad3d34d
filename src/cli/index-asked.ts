// Owns what a person is told of the index of a running server.
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { command as ask } from '../http/commander.ts'
import { dataFolder } from '../journal/data-folder.ts'
import { LoklakError } from '../watch/errors.ts'
import type { Context } from './command.ts'
import type { IndexTaskName } from './index-tasks.ts'
import { showProgress, type Progress } from './progress.ts'
import { writeRows, type RowFormat } from './rows.ts'
import { withoutSteps } from './steps.ts'

const Part = Type.Object({ name: Type.String(), from: Type.String(), to: Type.String(), messages: Type.Integer(), bytes: Type.Integer(), state: Type.String() })
const Stats = Type.Object({ messages: Type.Integer(), authors: Type.Integer(), bytes: Type.Integer(), refused: Type.Record(Type.String(), Type.Integer()), parts: Type.Array(Part) })
const Damage = Type.Object({ damaged: Type.String() })
const Step = Type.Object({ first: Type.Number(), cursor: Type.Number(), last: Type.Number() })
type Part = Static<typeof Part>

const count = new Intl.NumberFormat('en')

/** Runs a task in the server that holds the data folder; nobody else has its index. */
const runIndexTask = ({ settings, signal }: Context, name: IndexTaskName): AsyncGenerator<object> => ask(dataFolder(settings['data.path']).socket, name, {}, signal)

export async function stats(context: Context, format: RowFormat): Promise<number> {
  const { out, err, signal } = context
  const partSheet = {
    columns: {
      name: ({ name }: Part) => name, from: ({ from }: Part) => from, to: ({ to }: Part) => to,
      messages: ({ messages }: Part) => messages, bytes: ({ bytes }: Part) => bytes, state: ({ state }: Part) => state,
    },
  }
  for await (const told of runIndexTask(context, 'index-stats')) {
    if (!Value.Check(Stats, told)) continue
    await writeRows(told.parts, partSheet, { format, out, signal })
    const refused = Object.entries(told.refused).map(([reason, many]) => `, ${count.format(many)} refused (${reason})`)
    err.write(`${count.format(told.messages)} messages of ${count.format(told.authors)} authors in ${count.format(told.bytes)} bytes${refused.join('')}\n`)
  }
  return 0
}

export async function check(context: Context, format: RowFormat): Promise<number> {
  let damaged = 0
  async function* rows(): AsyncGenerator<Static<typeof Damage>> {
    for await (const told of withoutSteps(context, 'check', runIndexTask(context, 'index-check'))) {
      if (!Value.Check(Damage, told)) continue
      damaged++
      yield told
    }
  }
  await writeRows(rows(), { columns: { damaged: ({ damaged }: Static<typeof Damage>) => damaged } }, { format, out: context.out, signal: context.signal })
  context.err.write(damaged === 0 ? 'the index is whole\n' : `${damaged} damaged parts are made again from the dumps\n`)
  return damaged === 0 ? 0 : 1
}

export async function rebuild(context: Context): Promise<number> {
  const { err, isTerminal, now, signal } = context
  let progress: Progress | undefined
  let seen = 0
  try {
    for await (const told of runIndexTask(context, 'index-rebuild')) {
      if (!Value.Check(Step, told)) continue
      // The journal's positions are times, and it is time that is worked through.
      const { first, cursor, last } = told
      const seconds = (position: number): number => Math.floor((Math.min(position, last) - first) / 1e6)
      progress ??= showProgress({ label: 'rebuild', noun: 'seconds of the dumps', total: seconds(last), err, isTerminal, now })
      progress.step({ items: seconds(cursor) - seen })
      seen = seconds(cursor)
    }
  } catch (error) {
    throw signal.aborted ? new LoklakError('LEFT_RUNNING', '', { cause: error }) : error
  }
  progress?.finish()
  return 0
}
