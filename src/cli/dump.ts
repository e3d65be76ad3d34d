// The command `dump`: what lies in `dump/own`, whether it is whole, and what can be done about it.
import { join } from 'node:path'
import { dataFolder } from '../journal/data-folder.ts'
import type { Segment } from '../journal/port.ts'
import type { Step, Verified } from '../journal/verify.ts'
import { LoklakError } from '../watch/errors.ts'
import { runTask, segmentsOf } from './archive.ts'
import { command, type Context } from './command.ts'
import { showProgress } from './progress.ts'
import { formatFlag, writeRows, type RowFormat, type Sheet } from './rows.ts'
import { withoutSteps } from './steps.ts'

/** A dump as it is told in every format; times are ISO 8601. */
const told = ({ name, bytes, sealed, from, modified }: Segment) => ({ name, bytes, sealed, from: new Date(from / 1000).toISOString(), modified: new Date(modified).toISOString() })

const listSheet: Sheet<ReturnType<typeof told>> = {
  columns: { name: ({ name }) => name, bytes: ({ bytes }) => bytes, sealed: ({ sealed }) => sealed, from: ({ from }) => from, modified: ({ modified }) => modified },
}

const count = new Intl.NumberFormat('en')

const verifySheet: Sheet<Verified> = {
  columns: {
    segment: ({ segment }) => segment,
    records: ({ records }) => records,
    checksum: ({ checksum }) => checksum,
    damages: ({ damages }) => damages,
    first: ({ damaged: [first] }) => (first === undefined ? '' : `line ${first.line}: ${first.reason}`),
  },
  line: ({ segment, records, checksum, damages, damaged: [first] }) =>
    `${segment}  ${count.format(records)} records  checksum ${checksum}${first === undefined ? '' : `  ${count.format(damages)} damaged, the first in line ${first.line}: ${first.reason}`}`,
}

async function list(context: Context, format: RowFormat): Promise<number> {
  await writeRows((await segmentsOf(context)).map(told), listSheet, { format, out: context.out, signal: context.signal })
  return 0
}

async function verifyAll(context: Context, format: RowFormat): Promise<number> {
  const { verify } = await import('../journal/verify.ts')
  const { remainders } = await import('../journal/remains.ts')
  const { own, state } = dataFolder(context.settings['data.path'])
  const dumps = await segmentsOf(context)
  const segments = [...(await remainders(own)), ...dumps]
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  const progress = showProgress({ label: 'verify', noun: 'records', total, err: context.err, isTerminal: context.isTerminal, now: context.now })
  let bad = 0
  async function* shown(): AsyncGenerator<Verified> {
    const step = ({ records, bytes, damages }: Step): void => progress.step({ items: records, work: bytes, errors: damages })
    for await (const verified of verify(segments, join(state, 'segments'), step, context.signal)) {
      if (verified.damages > 0 || verified.checksum === 'wrong' || verified.checksum === 'missing') bad++
      progress.clear()
      yield verified
    }
    progress.finish()
  }
  try {
    await writeRows(shown(), verifySheet, { format, out: context.out, signal: context.signal, batch: 0 })
  } catch (error) {
    throw context.signal.aborted ? new LoklakError('STOPPED', 'Not all dumps were verified.', { cause: error }) : error
  }
  return bad > 0 ? 1 : 0
}

async function task(context: Context, name: 'compact' | 'repair', format: RowFormat): Promise<number> {
  const columns = name === 'compact' ? ['lines', 'foreign', 'failed'] : ['repaired', 'broken', 'resealed', 'failed', 'kept']
  const sheet: Sheet<object> = { columns: Object.fromEntries(columns.map((column) => [column, (row: object) => new Map<string, unknown>(Object.entries(row)).get(column)])) }
  let failed = false
  async function* shown(): AsyncGenerator<object> {
    for await (const row of withoutSteps(context, name, runTask(context, name, {}))) {
      if ('failed' in row && row.failed !== 0) failed = true
      yield row
    }
  }
  try {
    await writeRows(shown(), sheet, { format, out: context.out, signal: context.signal })
  } catch (error) {
    if (!context.signal.aborted) throw error
    // What a compaction has looked for in all dumps is not looked for again; a repair reads all of them.
    throw name === 'compact' ? new LoklakError('INTERRUPTED', '', { cause: error }) : new LoklakError('STOPPED', 'What was repaired stays so.', { cause: error })
  }
  return failed ? 1 : 0
}

export const dump = command({
  name: 'dump',
  summary: 'Lists the dumps, verifies or repairs them, or takes deleted text out of them now.',
  usage: ['list', 'verify', 'repair', 'compact'].map((what) => `dump ${what} [--format FORMAT]`),
  arguments: { min: 1, max: 1 },
  flags: { format: formatFlag },
  run: (context, { format }) => {
    const [what] = context.args
    switch (what) {
      case 'list':
        return list(context, format)
      case 'verify':
        return verifyAll(context, format)
      case 'repair':
      case 'compact':
        return task(context, what, format)
      default:
        throw new LoklakError('BAD_USAGE', `dump ${what ?? ''}: list, verify, repair or compact was expected.`)
    }
  },
})
