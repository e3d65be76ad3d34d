// Owns one question to the service that knows accounts, and what its answer says of them. Does not know who is asked when.
import type { Draft } from '../../intake/port.ts'
import { fetchOperator, type Fetched } from '../../support/fetch.ts'
import { isObject, parseJson } from '../../support/json.ts'
import { isDid, isHandle } from './decode.ts'
import { network } from './draft.ts'

/** Accounts a request, as the service allows. */
export const perRequest = 25
const mostBytes = 4 * 1024 * 1024
const timeout = 15_000
/**
 * What the service tells of a profile may come out of a cache, or from before its index was held up: only what it cannot have
 * missed any more, microseconds old, gives way to it. So no wish that a newer profile told is taken back by an older answer.
 */
const mayLag = 86_400_000_000

export function askFor(service: string, dids: readonly string[], userAgent: string, signal: AbortSignal): Promise<Fetched> {
  const actors = dids.map((did) => `actors=${encodeURIComponent(did)}`).join('&')
  const address = `${service.replace(/\/+$/, '')}/xrpc/app.bsky.actor.getProfiles?${actors}`
  return fetchOperator(address, { signal, timeout, mostBytes, headers: { 'user-agent': userAgent, accept: 'application/json' } })
}

/** `!no-unauthenticated` and whatever else is said of an account and not taken back. */
function labelsOf(labels: unknown): string[] {
  const values = Array.isArray(labels) ? labels : []
  const said = values.map((label: unknown) => (isObject(label) && label['neg'] !== true ? label['val'] : undefined))
  return [...new Set(said.filter((value): value is string => typeof value === 'string' && value !== '' && value.length <= 128))].slice(0, 64)
}

/**
 * The authors that an answer tells, of those that were asked for; undefined where it is no answer at all. `reached` is the time
 * of the network when it was asked.
 */
export function authorsIn(body: string, asked: ReadonlySet<string>, reached: number): Draft[] | undefined {
  const json = parseJson(body)
  if (!isObject(json) || !Array.isArray(json['profiles'])) return undefined
  // It resolves handles itself: what it says of them is newer than everything that came before it was asked.
  const time = { handle: reached + 1, profile: Math.max(0, reached - mayLag) }
  return json['profiles'].flatMap((profile: unknown): Draft[] => {
    if (!isObject(profile)) return []
    const { did, handle, displayName, avatar, labels } = profile
    if (!isDid(did) || !asked.has(did)) return []
    const name = typeof displayName === 'string' ? displayName.slice(0, 640) : ''
    const picture = typeof avatar === 'string' && avatar.length <= 2048 && /^https?:\/\//.test(avatar) ? avatar : ''
    const author = { key: did, network, ...(isHandle(handle) ? { handle: handle.toLowerCase() } : {}), name, avatar: picture, labels: labelsOf(labels) }
    return [{ kind: 'author', author, time }]
  })
}
