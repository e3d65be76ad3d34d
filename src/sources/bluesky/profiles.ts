// Owns asking the service that knows accounts for their names, pictures and labels, politely and beside the posts: nothing
// waits for it. Does not know where names are kept; it is told by `isSettled` of whom they are known.
import type { Intake } from '../../intake/port.ts'
import { backoff } from '../../support/backoff.ts'
import { BoundedQueue } from '../../support/bounded-queue.ts'
import { createCache } from '../../support/cache.ts'
import type { Fetched } from '../../support/fetch.ts'
import { orAborted } from '../../support/or-aborted.ts'
import { retryAfter } from '../../support/retry-after.ts'
import { wait, type Timer } from '../../support/timer.ts'
import type { NamesState } from '../source.ts'
import { askFor, authorsIn, perRequest } from './appview.ts'
import type { Asking, Turn } from './asking.ts'
import { provenance } from './flow.ts'
import type { Log } from './options.ts'

export interface Profiles {
  /** A post by this account was seen: it is asked for where it is not settled. */
  want(did: string): void
  /** What is known of this account may be outdated. */
  refresh(did: string): void
  /** Events up to this time of the network, microseconds since 1970, were seen. What is asked now is newer than they are. */
  reached(time: number): void
  /** Asks until the signal aborts. */
  run(intake: Intake, signal: AbortSignal): Promise<void>
  state(): NamesState
}

export interface ProfileOptions {
  readonly url: string
  readonly userAgent: string
  /** Whether handle and profile of an account were ever told, or no more will be. */
  readonly isSettled: (did: string) => boolean
  /** Where those wait of whom what is known may be outdated; opened, and closed by whoever opened it. */
  readonly asking: Asking
  readonly requestsPerSecond: number
  /** Counts what went wrong. */
  readonly failed: (reason: string) => void
  readonly log: Log
  readonly now: () => number
  readonly random: () => number
  readonly timer: Timer
}

const mostWaiting = 20_000
const mostSettled = 50_000
const askAgainAfter = 3_600_000

export function profiles(options: ProfileOptions): Profiles {
  const { now, timer, asking, failed } = options
  /** Accounts of which nothing is known. One that is turned away here is asked for with its next post. */
  const waiting = new BoundedQueue<string>(mostWaiting)
  /** When an account was last found known or asked for: it is left alone for an hour. */
  const settled = createCache<string, number>(mostSettled)
  /** Requests to be made again, before all others. At most what splitting one request leaves. */
  const again: Turn[] = []
  const pause = backoff({ least: 1000, most: 300_000, random: options.random })
  let wake = (): void => undefined
  let newest: number | undefined
  let trouble: { readonly since: number; readonly reason: string } | null = null

  function something(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const awake = (): void => {
        signal.removeEventListener('abort', awake)
        resolve()
      }
      wake = awake
      signal.addEventListener('abort', awake, { once: true })
    })
  }

  const refuse = (): void => failed('profiles not asked: too many wait')
  const numberWaiting = (): number => asking.size + waiting.size + again.flatMap(({ dids }) => dids).filter((did) => !asking.has(did)).length

  /** Those first of whom something outdated is shown. */
  function next(): Turn {
    const { dids, upTo } = asking.next(perRequest)
    return { dids: [...new Set([...dids, ...waiting.take(perRequest - dids.length)])], upTo }
  }

  /** The same again later, after at least so many milliseconds. `cause` says more than the name that is counted. */
  async function later(turn: Turn, reason: string, cause: string, least: number, signal: AbortSignal): Promise<void> {
    failed(reason)
    if (trouble === null) options.log.warn({ reason: cause }, 'The service that tells names on Bluesky does not answer; posts are kept all the same.')
    trouble = { since: trouble?.since ?? now(), reason: cause }
    again.push(turn)
    await wait(Math.max(pause.next(), least), signal, timer)
  }

  function recovered(): void {
    pause.reset()
    if (trouble !== null) options.log.info({ waiting: numberWaiting() }, 'The service that tells names on Bluesky answers again.')
    trouble = null
  }

  /** One account that the service does not take must not cost the others theirs. */
  function split(turn: Turn): void {
    const { dids, upTo } = turn
    failed('profiles refused')
    if (dids.length === 1) return asking.done(turn)
    const half = Math.ceil(dids.length / 2)
    again.push({ dids: dids.slice(0, half), upTo }, { dids: dids.slice(half), upTo })
  }

  async function exchange(turn: Turn, time: number, intake: Intake, signal: AbortSignal): Promise<void> {
    let answer: Fetched
    try {
      answer = await askFor(options.url, turn.dids, options.userAgent, signal)
    } catch (error) {
      return signal.aborted ? undefined : later(turn, 'profiles not reached', error instanceof Error ? error.message : String(error), 0, signal)
    }
    const { status, headers, body } = answer
    if (status === 400) return split(turn)
    const counted = status === 429 ? '429' : `${Math.floor(status / 100)}xx`
    if (status !== 200) return later(turn, `profiles HTTP ${counted}`, `HTTP ${status}`, retryAfter(headers.get('retry-after'), now(), askAgainAfter), signal)
    const authors = authorsIn(body.toString('utf8'), new Set(turn.dids), time)
    if (authors === undefined) return later(turn, 'profiles not understood', 'it answers something else than profiles', 0, signal)
    recovered()
    // An intake that cannot store at the moment must not hold up the stop.
    if (authors.length > 0) await orAborted(intake.offer(authors, provenance), signal)
    if (!signal.aborted) asking.done(turn)
  }

  return {
    want(did) {
      const since = settled.get(did)
      if (since !== undefined && now() - since < askAgainAfter) return
      if (!options.isSettled(did)) {
        if (!waiting.add(did)) return refuse()
        wake()
      }
      settled.set(did, now())
    },
    refresh(did) {
      if (!asking.add(did)) return refuse()
      settled.set(did, now())
      wake()
    },
    reached(time) {
      const first = newest === undefined
      newest = Math.max(newest ?? 0, time)
      if (first) wake()
    },
    async run(intake, signal) {
      while (!signal.aborted) {
        // Nothing before the first event: an answer is only of use with a time of the network.
        if (newest === undefined || asking.size + waiting.size + again.length === 0) await something(signal)
        // The pace of the requests, and time for a request to fill up.
        await wait(1000 / options.requestsPerSecond, signal, timer)
        if (signal.aborted) return
        const turn = again.pop() ?? next()
        if (newest !== undefined && turn.dids.length > 0) await exchange(turn, newest, intake, signal)
      }
    },
    state: () => ({ waiting: numberWaiting(), failing_since: trouble === null ? null : new Date(trouble.since).toISOString(), reason: trouble?.reason ?? null }),
  }
}
