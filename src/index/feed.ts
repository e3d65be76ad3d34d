// Owns keeping an index up with the journal: it follows from its own cursor, so that what was missed while it was away, or
// everything after it was thrown away, comes by itself. Does not know which index it is.
import type { Batch, Journal } from '../journal/port.ts'
import { linePosition, type Position } from '../message/line.ts'
import { wait } from '../support/timer.ts'
import type { Index } from './port.ts'

export interface Feed {
  /** Feeds until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  /** Throws the index away and makes it again from the dumps; the feed goes on from the beginning. */
  rebuild(): Promise<void>
  /** Why it does not get on, for a person. */
  trouble(): string | null
}

export interface FeedOptions {
  readonly journal: Pick<Journal, 'follow' | 'last' | 'leftAuthors'>
  readonly index: Pick<Index, 'apply' | 'cursor' | 'clear'>
  readonly log: { error(message: string): void }
  /** Milliseconds that a few lines wait for more, and after which what failed is tried again. */
  readonly gather?: number
  readonly retryAfter?: number
}

const mostLines = 2_000
/** A commit costs the same for one line as for many, so fewer lines than this wait for more. */
const worthWhile = 250

export function createFeed({ journal, index, log, gather = 200, retryAfter = 2_000 }: FeedOptions): Feed {
  let trouble: string | null = null
  /** Ends the present round, which reads on from the cursor that the index had at its beginning. */
  let round = new AbortController()
  /** Up to here the present round has applied what it read. */
  let applied: Position = 0
  let following: Promise<void> = Promise.resolve()
  let clearing: Promise<void> | undefined

  /** Everything after a position. An index that begins hears first of authors whose records retention removed. */
  async function* all(after: Position, signal: AbortSignal): AsyncGenerator<Pick<Batch, 'lines' | 'last'>> {
    for await (const lines of journal.leftAuthors(after, signal)) yield { lines, last: linePosition(lines.at(-1) ?? '') ?? after }
    yield* journal.follow(after, signal)
  }

  async function follow(from: Position, signal: AbortSignal): Promise<void> {
    let gathered: readonly string[] = []
    applied = from
    for await (const { lines, last } of all(from, signal)) {
      gathered = gathered.length === 0 ? lines : [...gathered, ...lines]
      // What is read back from disk comes in small pieces: as long as there is more, only full portions are worth a commit.
      const isAll = last >= journal.last()
      const isFew = isAll && gathered.length < worthWhile
      while (!signal.aborted && gathered.length >= (isAll ? 1 : mostLines)) {
        const portion = gathered.slice(0, mostLines)
        await index.apply(portion, applied)
        applied = linePosition(portion.at(-1) ?? '') ?? applied
        gathered = gathered.slice(mostLines)
        trouble = null
      }
      if (isFew) await wait(gather, signal)
    }
  }

  /** An index that was begun anew needs what came before, even where nothing new is written: the next round brings it. */
  async function lookBack(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await wait(retryAfter, signal)
      if (index.cursor() < applied) round.abort()
    }
  }

  return {
    trouble: () => trouble,
    async run(signal) {
      if (index.cursor() > journal.last()) {
        log.error('the index knows more than the dumps, some of which are gone; it is made again from those that are there')
        await index.clear()
      }
      while (!signal.aborted) {
        await clearing
        round = new AbortController()
        const ending = AbortSignal.any([signal, round.signal])
        following = follow(index.cursor(), ending)
        const looking = lookBack(ending)
        try {
          await following
        } catch (error) {
          if (signal.aborted) return
          trouble = error instanceof Error ? error.message : String(error)
          log.error(`the index does not get on: ${trouble}`)
          await wait(retryAfter, signal)
        } finally {
          round.abort()
          await looking
        }
      }
    },
    async rebuild() {
      await clearing
      // Nothing may be applied between the clearing and the new round, or the cursor would be past what is missing.
      const cleared = Promise.withResolvers<void>()
      clearing = cleared.promise
      try {
        round.abort()
        await following.catch(() => undefined)
        await index.clear()
      } finally {
        clearing = undefined
        cleared.resolve()
      }
    },
  }
}
