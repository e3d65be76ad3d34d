// Owns how much may be asked of the index: how many hits by whom, how long, how many questions at a time.
import { maxLimit } from '../../index/port.ts'
import type { Settings } from '../../settings/options.ts'

export interface SearchLimits {
  /** Hits on a page: while the server is crowded, when nothing is said, and the most for everybody and for the owner. */
  readonly hits: { readonly low: number; readonly usual: number; readonly public: number; readonly owner: number }
  /** Milliseconds. */
  readonly timeout: number
  /** Questions under way: in all, and from one address that is not on this machine. */
  readonly atOnce: number
  readonly atOnceEach: number
  /** Links with more characters are shortened; a short one begins with `stub`, null where that is the address of this server. */
  readonly shortlink: { readonly longerThan: number; readonly stub: string | null }
}

const most = (count: number): number => Math.min(count, maxLimit)

export const searchLimits = (settings: Settings): SearchLimits => ({
  hits: {
    low: most(settings['search.count.low']),
    usual: most(settings['search.count.default']),
    public: most(settings['search.count.max.public']),
    owner: most(settings['search.count.max.localhost']),
  },
  timeout: settings['search.timeout'],
  atOnce: 128,
  atOnceEach: 16,
  shortlink: { longerThan: settings['shortlink.iflinkexceedslength'], stub: settings['shortlink.urlstub'] ?? null },
})

/** The most that a caller may have on a page. */
export const mostHits = ({ hits }: SearchLimits, { owner }: { readonly owner: boolean }): number => (owner ? hits.owner : hits.public)
