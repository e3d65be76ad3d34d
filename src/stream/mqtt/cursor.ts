// Owns the durable place of the publisher: up to where everything was acknowledged, and where that was a minute of publishing
// earlier, which is where it begins again. Does not know what is published.
import { readFile } from 'node:fs/promises'
import type { Position } from '../../message/line.ts'
import { writeAtomic } from '../../support/atomic-file.ts'
import { isObject, parseJson } from '../../support/json.ts'

/** Where the cursor was at a time, in milliseconds. */
interface Mark {
  readonly at: number
  readonly cursor: Position
}

export interface Cursor {
  readonly position: Position
  /** Everything up to a position is acknowledged. Kept on disk soon, at most once a second. */
  advance(position: Position): void
  /**
   * Where to begin again: where the cursor was `rewind` ms before it last moved, and never less than that of positions. What was
   * acknowledged since then a broker may have lost, however fast it was published.
   */
  rewound(): Position
  /** Resolves once the present place is on disk, or could not be written. */
  save(): Promise<void>
}

export interface CursorOptions {
  readonly path: string
  /** Milliseconds. */
  readonly rewind: number
  readonly now: () => number
  /** The end of the journal. */
  readonly last: Position
  /** A named point of a crash test; does nothing otherwise. */
  readonly crashPoint: (name: PublisherPoint) => void
}

/** Places where a process may die between telling a broker and remembering it; a test visits each of them. */
export const publisherPoints = ['after publish', 'before cursor', 'after cursor'] as const
export type PublisherPoint = (typeof publisherPoints)[number]

const saveEvery = 1_000
/** A clock that is put back may not make more of them. */
const mostMarks = 256

const isMark = (value: unknown): value is Mark => isObject(value) && Number.isFinite(value['at']) && Number.isSafeInteger(value['cursor'])

async function readState(path: string): Promise<{ readonly cursor: Position; readonly marks: readonly Mark[] } | undefined> {
  const json = parseJson(await readFile(path, 'utf8').catch(() => ''))
  if (!isObject(json) || typeof json['cursor'] !== 'number' || !Number.isSafeInteger(json['cursor'])) return undefined
  const marks: unknown = json['marks']
  return { cursor: json['cursor'], marks: Array.isArray(marks) ? marks.filter(isMark) : [] }
}

/** Opens it where it was, or at the end of the journal where there was none; `fresh` says which. */
export async function openCursor({ path, rewind, now, last, crashPoint }: CursorOptions): Promise<Cursor & { readonly fresh: boolean }> {
  const found = await readState(path)
  // Past the end is where dumps are gone; what comes now is published all the same.
  let cursor = Math.min(found?.cursor ?? last, last)
  let marks = found?.marks ?? []
  let movedAt = marks.at(-1)?.at ?? now()
  let savedAt = Number.NEGATIVE_INFINITY
  let saving: Promise<void> = Promise.resolve()

  function mark(): void {
    if (marks.at(-1)?.cursor !== cursor) marks = [...marks, { at: movedAt, cursor }].slice(-mostMarks)
    // The newest that is old enough is kept: it says where the cursor was then.
    const first = marks.findLastIndex(({ at }) => at <= movedAt - rewind)
    if (first > 0) marks = marks.slice(first)
  }

  async function write(kept: string): Promise<void> {
    crashPoint('before cursor')
    await writeAtomic(path, kept)
    crashPoint('after cursor')
  }

  function save(): Promise<void> {
    savedAt = now()
    mark()
    const kept = JSON.stringify({ cursor, marks })
    // A disk that is full for a moment costs repeats after a restart, nothing else.
    saving = saving.then(() => write(kept)).catch(() => undefined)
    return saving
  }

  mark()
  // Kept at once, so that what comes before the first connection is published after it.
  if (found === undefined) await save()
  return {
    fresh: found === undefined,
    get position() {
      return cursor
    },
    advance(position) {
      if (position <= cursor) return
      const at = now()
      const due = Math.abs(at - savedAt) >= saveEvery
      // Where it stood until now; the new place is marked by the save.
      if (due) mark()
      cursor = position
      movedAt = at
      if (due) void save()
    },
    rewound() {
      const then = marks.findLast(({ at }) => at <= movedAt - rewind) ?? marks[0]
      return Math.max(0, Math.min(cursor - rewind * 1000, then?.cursor ?? cursor))
    },
    save,
  }
}
