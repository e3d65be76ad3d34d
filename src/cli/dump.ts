// The command `dump`: what lies in `dump/own`, whether it is whole, and what can be done about it.
import { join } from 'node:path'
import { dataFolder } from '../journal/data-folder.ts'
import type { Segment } from '../journal/port.ts'
import type { Verified } from '../journal/verify.ts'
import { LoklakError } from '../watch/errors.ts'
import { runTask, segmentsOf } from './archive.ts'
import { command, type Context } from './command.ts'
import { showProgress } from './progress.ts'
import { formatFlag, writeRows, type RowFormat, type Sheet } from './rows.ts'

/** A dump as it is told in every format; times are ISO 8601. */
const told = ({ name, bytes, sealed, from, modified }: Segment) => ({ name, bytes, sealed, from: new Date(from / 1000).toISOString(), modified: new Date(modified).toISOString() })

const listSheet: Sheet<ReturnType<typeof told>> = {
  columns: { name: ({ name }) => name, bytes: ({ bytes }) => bytes, sealed: ({ sealed }) => sealed, from: ({ from }) => from, modified: ({ modified }) => modified },
}

const verifySheet: Sheet<Verified> = {
  columns: {
    segment: ({ segment }) => segment,
    records: ({ records }) => records,
    checksum: ({ checksum }) => checksum,
    damages: ({ damages }) => damages,
    first: ({ damaged }) => (damaged[0] === undefined ? '' : `line ${damaged[0].line}: ${damaged[0].reason}`),
  },
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
    for await (const verified of verify(segments, join(state, 'segments'), () => undefined)) {
      progress.step({ items: verified.records, work: verified.bytes, errors: verified.damages })
      if (verified.damages > 0 || verified.checksum === 'wrong' || verified.checksum === 'missing') bad++
      yield verified
    }
    progress.finish()
  }
  await writeRows(shown(), verifySheet, { format, out: context.out, signal: context.signal })
  return bad > 0 ? 1 : 0
}

async function task(context: Context, name: 'compact' | 'repair', format: RowFormat): Promise<number> {
  const columns = name === 'compact' ? ['lines', 'foreign', 'failed'] : ['repaired', 'broken', 'resealed', 'failed', 'kept']
  const sheet: Sheet<object> = { columns: Object.fromEntries(columns.map((column) => [column, (row: object) => new Map<string, unknown>(Object.entries(row)).get(column)])) }
  let failed = false
  async function* shown(): AsyncGenerator<object> {
    for await (const row of runTask(context, name, {})) {
      if ('failed' in row && row.failed !== 0) failed = true
      yield row
    }
  }
  await writeRows(shown(), sheet, { format, out: context.out, signal: context.signal })
  return failed ? 1 : 0
}

export const dump = command({
  name: 'dump',
  summary: 'Lists the dumps, verifies or repairs them, or takes deleted text out of them now.',
  usage: ['dump list', 'dump verify', 'dump repair', 'dump compact'],
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
