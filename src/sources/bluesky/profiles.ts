// Owns asking the service that knows accounts for their names, pictures and labels, 25 a request, politely and beside the
// posts: nothing waits for it. Does not know where names are kept; it is told by `handleOf` which are known.
import type { Draft, Intake } from '../../intake/port.ts'
import { backoff } from '../../support/backoff.ts'
import { BoundedQueue } from '../../support/bounded-queue.ts'
import { createCache } from '../../support/cache.ts'
import { fetchOperator, type Fetched } from '../../support/fetch.ts'
import { isObject, parseJson } from '../../support/json.ts'
import { orAborted } from '../../support/or-aborted.ts'
import { retryAfter } from '../../support/retry-after.ts'
import { wait, type Timer } from '../../support/timer.ts'
import { isDid, isHandle } from './decode.ts'
import { network } from './draft.ts'
import { provenance } from './flow.ts'

export interface Profiles {
  /** A post by this account was seen: it is asked for where its handle is not known. */
  want(did: string): void
  /** What is known of this account may be outdated. */
  refresh(did: string): void
  /** Events up to this time of the network, microseconds since 1970, were seen. What is asked now is newer than they are. */
  reached(time: number): void
  /** Asks until the signal aborts. */
  run(intake: Intake, signal: AbortSignal): Promise<void>
}

export interface ProfileOptions {
  readonly url: string
  readonly userAgent: string
  readonly handleOf: (did: string) => string | undefined
  readonly requestsPerSecond: number
  /** Counts what went wrong. */
  readonly failed: (reason: string) => void
  readonly now: () => number
  readonly random: () => number
  readonly timer: Timer
}

const perRequest = 25
const mostWaiting = 20_000
const mostSettled = 50_000
const askAgainAfter = 3_600_000
const mostBytes = 4 * 1024 * 1024
const timeout = 15_000

/** `!no-unauthenticated` and whatever else is said of an account and not taken back. */
function labelsOf(labels: unknown): string[] {
  const values = Array.isArray(labels) ? labels : []
  const said = values.map((label: unknown) => (isObject(label) && label['neg'] !== true ? label['val'] : undefined))
  return [...new Set(said.filter((value): value is string => typeof value === 'string' && value !== '' && value.length <= 128))].slice(0, 64)
}

/** The authors that an answer tells, of those that were asked for; `time` is that of the network when it was asked, if it is known. */
export function authorsIn(body: string, asked: ReadonlySet<string>, time?: number): Draft[] {
  const json = parseJson(body)
  const profiles = isObject(json) && Array.isArray(json['profiles']) ? json['profiles'] : []
  return profiles.flatMap((profile: unknown): Draft[] => {
    if (!isObject(profile)) return []
    const { did, handle, displayName, avatar, labels } = profile
    if (!isDid(did) || !asked.has(did)) return []
    const name = typeof displayName === 'string' ? displayName.slice(0, 640) : ''
    const picture = typeof avatar === 'string' && avatar.length <= 2048 && /^https?:\/\//.test(avatar) ? avatar : ''
    const author = { key: did, network, ...(isHandle(handle) ? { handle: handle.toLowerCase() } : {}), name, avatar: picture, labels: labelsOf(labels) }
    return [{ kind: 'author', author, ...(time === undefined ? {} : { time }) }]
  })
}

export function profiles(options: ProfileOptions): Profiles {
  const { now, timer } = options
  const waiting = new BoundedQueue<string>(mostWaiting)
  /** When an account was last found known or asked for: it is left alone for an hour. */
  const settled = createCache<string, number>(mostSettled)
  /** Requests to be made again, before all others. At most what splitting one request leaves. */
  const again: string[][] = []
  const pause = backoff({ least: 1000, most: 300_000, random: options.random })
  let wake = (): void => undefined
  let newest: number | undefined

  function ask(did: string): void {
    if (!waiting.add(did)) return
    settled.set(did, now())
    wake()
  }

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

  function request(dids: readonly string[], signal: AbortSignal): Promise<Fetched> {
    const actors = dids.map((did) => `actors=${encodeURIComponent(did)}`).join('&')
    const address = `${options.url.replace(/\/+$/, '')}/xrpc/app.bsky.actor.getProfiles?${actors}`
    return fetchOperator(address, { signal, timeout, mostBytes, headers: { 'user-agent': options.userAgent, accept: 'application/json' } })
  }

  /** The same again later, after at least so many milliseconds. */
  async function later(dids: string[], reason: string, least: number, signal: AbortSignal): Promise<void> {
    options.failed(reason)
    again.push(dids)
    await wait(Math.max(pause.next(), least), signal, timer)
  }

  /** One account that the service does not take must not cost the others theirs. */
  function split(dids: string[]): void {
    options.failed('profiles refused')
    if (dids.length === 1) return
    const half = Math.ceil(dids.length / 2)
    again.push(dids.slice(0, half), dids.slice(half))
  }

  async function exchange(dids: string[], intake: Intake, signal: AbortSignal): Promise<void> {
    let answer: Fetched
    // What it tells has no time of its own: it is newer than everything that came before it was asked.
    const time = newest === undefined ? undefined : newest + 1
    try {
      answer = await request(dids, signal)
    } catch {
      return signal.aborted ? undefined : later(dids, 'profiles not reached', 0, signal)
    }
    const { status, headers, body } = answer
    if (status === 429 || status >= 500) return later(dids, `profiles HTTP ${status === 429 ? '429' : '5xx'}`, retryAfter(headers.get('retry-after'), now(), askAgainAfter), signal)
    if (status !== 200) return split(dids)
    pause.reset()
    const authors = authorsIn(body.toString('utf8'), new Set(dids), time)
    // An intake that cannot store at the moment must not hold up the stop.
    if (authors.length > 0) await orAborted(intake.offer(authors, provenance), signal)
  }

  return {
    want(did) {
      const since = settled.get(did)
      if (since !== undefined && now() - since < askAgainAfter) return
      if (options.handleOf(did) === undefined) ask(did)
      else settled.set(did, now())
    },
    refresh: ask,
    reached(time) {
      newest = Math.max(newest ?? 0, time)
    },
    async run(intake, signal) {
      while (!signal.aborted) {
        if (again.length === 0 && waiting.size === 0) await something(signal)
        // The pace of the requests, and time for a request to fill up.
        await wait(1000 / options.requestsPerSecond, signal, timer)
        if (signal.aborted) return
        const dids = again.pop() ?? waiting.take(perRequest)
        if (dids.length > 0) await exchange(dids, intake, signal)
      }
    },
  }
}
