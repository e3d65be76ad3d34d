// The command `import`: old dumps, the original's or ours, into the data folder.
import { resolve } from 'node:path'
import Type from 'typebox'
import { Value } from 'typebox/value'
import { LoklakError } from '../watch/errors.ts'
import { runTask } from './archive.ts'
import { command, type Context } from './command.ts'
import { showProgress, type Progress } from './progress.ts'
import { formatFlag, writeRows, type Sheet } from './rows.ts'

const Line = Type.Object({
  file: Type.String(),
  refused: Type.Optional(Type.String()),
  bytes: Type.Optional(Type.Integer()),
  total: Type.Optional(Type.Integer()),
  counts: Type.Optional(Type.Record(Type.String(), Type.Integer())),
})

interface Result {
  readonly file: string
  readonly refused: string | null
  readonly counts: Readonly<Record<string, number>>
}

const countNames = ['lines', 'new', 'known', 'edited', 'deleted', 'authors', 'withheld', 'invalid'] as const

const sheet: Sheet<Result> = {
  columns: {
    file: ({ file }) => file,
    ...Object.fromEntries(countNames.map((name) => [name, ({ counts }: Result) => counts[name] ?? 0])),
    refused: ({ refused }) => refused ?? '',
  },
}

/** One result for each file, with a bar of its own while it is read. */
async function* results(context: Context, lines: AsyncIterable<object>): AsyncGenerator<Result> {
  let current: Result | undefined
  let progress: Progress | undefined
  let seen = { lines: 0, bytes: 0, invalid: 0 }
  for await (const line of lines) {
    if (!Value.Check(Line, line)) continue
    if (current !== undefined && current.file !== line.file) {
      progress?.finish()
      yield current
      current = undefined
      progress = undefined
    }
    const counts = line.counts ?? current?.counts ?? {}
    if (progress === undefined && line.total !== undefined) {
      progress = showProgress({ label: line.file, noun: 'lines', total: line.total, err: context.err, isTerminal: context.isTerminal, now: context.now })
      seen = { lines: 0, bytes: 0, invalid: 0 }
    }
    const next = { lines: counts['lines'] ?? 0, bytes: line.bytes ?? seen.bytes, invalid: counts['invalid'] ?? 0 }
    progress?.step({ items: next.lines - seen.lines, work: next.bytes - seen.bytes, errors: next.invalid - seen.invalid })
    seen = next
    current = { file: line.file, refused: line.refused ?? null, counts }
  }
  progress?.finish()
  if (current !== undefined) yield current
}

export const importDumps = command({
  name: 'import',
  summary: 'Imports dumps of loklak (.txt, .txt.gz, .zst) into the data folder.',
  usage: ['import FILE|DIR… [--format FORMAT]'],
  arguments: { min: 1, max: 10_000 },
  flags: { format: formatFlag },
  run: async (context, { format }) => {
    const paths = context.args.map((path) => resolve(context.cwd, path))
    let refused = 0
    async function* counted(): AsyncGenerator<Result> {
      for await (const result of results(context, runTask(context, 'import', { paths }))) {
        if (result.refused !== null) refused++
        yield result
      }
    }
    try {
      await writeRows(counted(), sheet, { format, out: context.out, signal: context.signal })
    } catch (error) {
      if (context.signal.aborted) throw new LoklakError('INTERRUPTED', `Run \`loklak import ${context.args.join(' ')}\` again to go on.`, { cause: error })
      throw error
    }
    return refused > 0 ? 1 : 0
  },
})
