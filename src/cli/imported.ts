// Owns what became of imported files, gathered from what an import tells on its way.
import Type from 'typebox'
import { Value } from 'typebox/value'
import type { Context } from './command.ts'
import { showProgress, type Progress } from './progress.ts'

const Line = Type.Object({
  file: Type.String(),
  refused: Type.Optional(Type.String()),
  bytes: Type.Optional(Type.Integer()),
  total: Type.Optional(Type.Integer()),
  counts: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  rejected: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  waiting: Type.Optional(Type.String()),
})
const Empty = Type.Object({ empty: Type.String() })

export interface Imported {
  readonly file: string
  readonly refused: string | null
  readonly counts: Readonly<Record<string, number>>
}

/** One result for each file, with a bar of its own while it is read. */
export async function* imported(context: Context, lines: AsyncIterable<object>): AsyncGenerator<Imported> {
  const say = (text: string): void => void context.err.write(`${text}\n`)
  let current: Imported | undefined
  let progress: Progress | undefined
  let rejected: string | null = null
  let seen = { lines: 0, bytes: 0, invalid: 0 }

  function* finished(): Generator<Imported> {
    progress?.finish()
    if (current === undefined) return
    if (rejected !== null) say(`the refused lines of ${current.file} are in ${rejected}`)
    yield current
    current = undefined
    progress = undefined
    rejected = null
  }

  for await (const line of lines) {
    if (Value.Check(Empty, line)) say(`nothing to import in ${line.empty}: no .txt, .txt.gz or .zst`)
    if (!Value.Check(Line, line)) continue
    if (current !== undefined && current.file !== line.file) yield* finished()
    const counts = line.counts ?? current?.counts ?? {}
    if (progress === undefined && line.total !== undefined) {
      progress = showProgress({ label: line.file, noun: 'lines', total: line.total, err: context.err, isTerminal: context.isTerminal, now: context.now })
      seen = { lines: 0, bytes: 0, invalid: 0 }
    }
    const next = { lines: counts['lines'] ?? 0, bytes: line.bytes ?? seen.bytes, invalid: counts['invalid'] ?? 0 }
    progress?.step({ items: next.lines - seen.lines, work: next.bytes - seen.bytes, errors: next.invalid - seen.invalid })
    seen = next
    if (line.waiting !== undefined) say(`waiting: ${line.waiting}`)
    if (line.rejected !== undefined) ({ rejected } = line)
    current = { file: line.file, refused: line.refused ?? null, counts }
  }
  yield* finished()
}
