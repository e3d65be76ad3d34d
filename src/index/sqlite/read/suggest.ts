// Owns what can be suggested to someone who is writing a query: tags, names and words that were posted and can be found.
import type { Author } from '../../../message/schema.ts'
import { fold } from '../../../message/text/fold.ts'
import { metaTerm } from '../../../message/text/terms.ts'
import { anyOf } from '../../../query/normal.ts'
import { author, term } from '../../../query/tree.ts'
import { countCap, type SuggestAsked, type Suggestion, type Suggestions } from '../../port.ts'
import type { Partition } from '../files/catalog.ts'
import { isShown } from './authors.ts'
import { editDistance } from './distance.ts'
import { expression } from './expression.ts'
import { partialAnswer } from './partial.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

type Kind = Suggestion['kind']

/** Older messages are not asked once so many were. */
const enough = 1_000_000
/** Terms that are read at once, and for one answer at most: who is writing does not wait long. */
const termsAtATime = 1000
const maxTerms = 100_000
/** Handles of one beginning that are looked at. */
const maxNames = 100

/** Terms of messages that begin in this way are of this kind. */
interface Source {
  readonly kind: Kind
  readonly prefix: string
  readonly beginning: string
}

export async function suggest(text: string, { limit }: SuggestAsked, view: View, turn: Turn): Promise<Suggestions> {
  const written = fold(text.trim())
  const sources = sourcesOf(written)
  const wanted = sources[0] === undefined ? '' : sources[0].beginning.slice(sources[0].prefix.length)
  const begun = await collect(sources, view, turn, (found) => found.startsWith(wanted))
  const isNamed = sources.some(({ kind }) => kind === 'name')
  let late = (isNamed && !(await renew(begun.counts, view.catalog.handlesLike(unescaped(wanted), maxNames), limit, view, turn))) || begun.late
  const best = ranked(begun.counts, () => 0).slice(0, limit)
  if (best.length >= limit || wanted === '' || late) return { suggestions: best, ...answer(late, view) }
  // A slip is seldom among the first characters, and with two of them there is far less to read.
  let found = best
  for (const [before, kept] of [[wanted, 2], [firstOf(wanted, 2), 1]] as const) {
    if (late || found.length >= limit || firstOf(wanted, kept) === before) continue
    const isNear = (text: string): boolean => !text.startsWith(before) && editDistance(text, wanted, tolerance(wanted)) !== undefined
    const near = await collect(sources.map((source) => shortened(source, kept)), view, turn, isNear)
    const renewed = await renew(near.counts, [], limit, view, turn)
    found = [...found, ...ranked(near.counts, (text) => editDistance(text, wanted, tolerance(wanted)) ?? 0)].slice(0, limit)
    late = near.late || !renewed
  }
  return { suggestions: found, ...answer(late, view) }
}

const answer = (late: boolean, view: View): ReturnType<typeof partialAnswer> =>
  partialAnswer(late ? 'deadline' : undefined, { building: view.catalog.isBehind() || view.partitions().some(({ building }) => building), crowded: false })

/** Where to look for what was written; `#` and `@` say which kind. With nothing written, all tags. */
function sourcesOf(written: string): Source[] {
  const body = written.replace(/^[#@]/u, '')
  const hashtag: Source = { kind: 'hashtag', prefix: '#', beginning: metaTerm('#', body) }
  const names: Source[] = [{ kind: 'name', prefix: 'a=', beginning: metaTerm('a=', body) }, { kind: 'name', prefix: '@', beginning: metaTerm('@', body) }]
  if (written.startsWith('@')) return names
  if (written.startsWith('#') || body === '') return [hashtag]
  return [hashtag, ...names, ...(/^[\p{L}\p{M}\p{N}]+$/u.test(body) ? [{ kind: 'word' as const, prefix: '', beginning: body }] : [])]
}

const firstOf = (text: string, count: number): string => Array.from(text).slice(0, count).join('')

/** With the first so many characters only, which may not be wrong. */
const shortened = (source: Source, count: number): Source => ({ ...source, beginning: source.prefix + firstOf(source.beginning.slice(source.prefix.length), count) })

const tolerance = (written: string): number => (written.length <= 4 ? 1 : 2)

/** Counts by kind and text; the text is escaped as in terms. */
type Counts = Map<Kind, Map<string, number>>

/**
 * Names as authors have them now, with all that they wrote under any name and what mentions them. A name that its author
 * gave up, or whose author is not shown, is not suggested, whoever mentions it. Answers whether there was time for all of them.
 */
async function renew(counts: Counts, handles: readonly string[], limit: number, view: View, turn: Turn): Promise<boolean> {
  const found = counts.get('name') ?? new Map<string, number>()
  const likely = [...found].sort(([, a], [, b]) => b - a).slice(0, limit * 2).map(([text]) => text)
  const names = new Set([...likely, ...handles.map((handle) => metaTerm('a=', handle).slice(2))])
  const keysOf = (handle: string): readonly string[] => view.catalog.keysOf(handle)
  const renewed = new Map<string, number>()
  counts.set('name', renewed)
  for (const name of names) {
    if (!(await turn.next())) return false
    const handle = unescaped(name)
    const keys = keysOf(handle)
    if (keys.length > 0 && !keys.some((key) => bears(view.catalog.author(key), handle))) continue
    const query = anyOf([author(handle), term('@', handle)])
    const count = newestPartitions(view).reduce((sum, partition) => sum + view.ask(partition, (reader) => reader.count(expression(query, keysOf), { from: 0, to: Number.MAX_SAFE_INTEGER }, countCap)), 0)
    if (count > 0) renewed.set(name, count)
  }
  return true
}

/** Whether an account that had a handle may be found under it: of whom nothing else is known has it. */
const bears = (author: Author | undefined, handle: string): boolean => author === undefined || (isShown(author) && (author.handle === undefined || fold(author.handle) === handle))

/** Newest first, until they hold enough messages. */
function newestPartitions(view: View): readonly Partition[] {
  let held = 0
  return view.partitions().toReversed().filter(({ made, building, shown }) => {
    const isAsked = made && !building && held < enough
    if (isAsked) held += shown
    return isAsked
  })
}

/** `late`: not all was read. */
async function collect(sources: readonly Source[], view: View, turn: Turn, fits: (text: string) => boolean): Promise<{ readonly counts: Counts; readonly late: boolean }> {
  const counts: Counts = new Map()
  let read = 0
  for (const partition of newestPartitions(view)) {
    for (const { kind, prefix, beginning } of sources) {
      for (let from: string | undefined = beginning; from !== undefined; ) {
        if (read >= maxTerms || !(await turn.next())) return { counts, late: true }
        const after: string = from
        const terms = view.ask(partition, (reader) => reader.vocabulary(beginning, after, termsAtATime))
        const ofKind = counts.get(kind) ?? new Map<string, number>()
        for (const [term, messages] of terms) {
          const found = term.slice(prefix.length)
          if ((term === after && term !== beginning) || !isWritten(kind, found) || !fits(found)) continue
          ofKind.set(found, (ofKind.get(found) ?? 0) + messages)
        }
        counts.set(kind, ofKind)
        read += terms.length
        from = terms.length < termsAtATime ? undefined : terms.at(-1)?.[0]
      }
    }
  }
  return { counts, late: false }
}

/** Not what only the index knows: terms of filters, and the stable keys of mentioned accounts. */
const isWritten = (kind: Kind, text: string): boolean => !text.includes('=') && (kind !== 'name' || !/[:/]/.test(text))

/** The nearest first, then the most frequent. */
function ranked(counts: Counts, distance: (text: string) => number): Suggestion[] {
  const all = [...counts].flatMap(([kind, texts]) => Array.from(texts, ([text, count]) => ({ kind, text, count, distance: distance(text) })))
  all.sort((a, b) => a.distance - b.distance || b.count - a.count || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
  return all.map(({ kind, text, count }) => ({ kind, text: unescaped(text), count }))
}

const unescaped = (text: string): string => text.replace(/~([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
