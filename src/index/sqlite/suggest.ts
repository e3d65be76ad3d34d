// Owns what can be suggested to someone who is writing a query: tags, names and words that were posted and can be found.
import { fold } from '../../message/text/fold.ts'
import { metaTerm } from '../../message/text/terms.ts'
import type { SuggestAsked, Suggestion, Suggestions } from '../port.ts'
import { editDistance } from './distance.ts'
import { partialAnswer } from './partial.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'

type Kind = Suggestion['kind']

/** Older messages are not asked once so many were. */
const enough = 1_000_000
/** Terms of one beginning that are read from one partition. */
const maxTerms = 20_000

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
  const best = ranked(begun.counts, () => 0).slice(0, limit)
  if (best.length >= limit || wanted === '' || begun.late) return { suggestions: best, ...answer(begun.late, view) }
  const near = await collect(sources.map(shortened), view, turn, (found) => !found.startsWith(wanted) && editDistance(found, wanted, tolerance(wanted)) !== undefined)
  const others = ranked(near.counts, (found) => editDistance(found, wanted, tolerance(wanted)) ?? 0)
  return { suggestions: [...best, ...others].slice(0, limit), ...answer(near.late, view) }
}

const answer = (late: boolean, view: View): ReturnType<typeof partialAnswer> =>
  partialAnswer(late ? 'deadline' : undefined, { building: view.partitions().some(({ building }) => building) })

/** Where to look for what was written; `#` and `@` say which kind. With nothing written, all tags. */
function sourcesOf(written: string): Source[] {
  const body = written.replace(/^[#@]/u, '')
  const hashtag: Source = { kind: 'hashtag', prefix: '#', beginning: metaTerm('#', body) }
  const names: Source[] = [{ kind: 'name', prefix: 'a=', beginning: metaTerm('a=', body) }, { kind: 'name', prefix: '@', beginning: metaTerm('@', body) }]
  if (written.startsWith('#') || body === '') return [hashtag]
  if (written.startsWith('@')) return names
  return [hashtag, ...names, ...(/^[\p{L}\p{M}\p{N}]+$/u.test(body) ? [{ kind: 'word' as const, prefix: '', beginning: body }] : [])]
}

/** With the first character only, which may not be wrong. */
const shortened = (source: Source): Source => ({ ...source, beginning: source.prefix + (Array.from(source.beginning.slice(source.prefix.length))[0] ?? '') })

const tolerance = (written: string): number => (written.length <= 4 ? 1 : 2)

/** Counts by kind and text. */
type Counts = Map<Kind, Map<string, number>>

async function collect(sources: readonly Source[], view: View, turn: Turn, fits: (text: string) => boolean): Promise<{ readonly counts: Counts; readonly late: boolean }> {
  const counts: Counts = new Map()
  let asked = 0
  for (const partition of view.partitions().toReversed()) {
    if (!partition.made || partition.building) continue
    if (asked >= enough) break
    asked += partition.shown
    for (const { kind, prefix, beginning } of sources) {
      if (!(await turn.next())) return { counts, late: true }
      const terms = view.ask(partition, (reader) => reader.vocabulary(beginning, maxTerms))
      for (const [term, messages] of terms) {
        const found = term.slice(prefix.length)
        // Mentioned accounts are also known by stable keys, which nobody writes.
        if (!fits(found) || (kind === 'name' && /[:/]/.test(found))) continue
        const ofKind = counts.get(kind) ?? new Map<string, number>()
        ofKind.set(found, (ofKind.get(found) ?? 0) + messages)
        counts.set(kind, ofKind)
      }
    }
  }
  return { counts, late: false }
}

/** The nearest first, then the most frequent. */
function ranked(counts: Counts, distance: (text: string) => number): Suggestion[] {
  const all = [...counts].flatMap(([kind, texts]) => Array.from(texts, ([text, count]) => ({ kind, text, count, distance: distance(text) })))
  all.sort((a, b) => a.distance - b.distance || b.count - a.count || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
  return all.map(({ kind, text, count }) => ({ kind, text: unescaped(text), count }))
}

const unescaped = (text: string): string => text.replace(/~([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
