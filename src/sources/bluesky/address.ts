// Owns what the address of a Jetstream server means: which of the two wires it speaks and how a subscription is asked for.
import { quoted } from '../../settings/kind.ts'
import { LoklakError } from '../../watch/errors.ts'

export interface Address {
  readonly url: URL
  /** v1 is `/subscribe`, v2 is `network.bsky.jetstream.subscribeEvents`; one host may serve both. */
  readonly version: 1 | 2
  /** For people and for telling servers apart: no credentials, no parameters. */
  readonly label: string
}

const v2Path = '/xrpc/network.bsky.jetstream.subscribeEvents'

/** Throws BAD_SETTING for what is not the address of a Jetstream endpoint. */
export function parseAddress(text: string): Address {
  const fail = (why: string): never => {
    throw new LoklakError('BAD_SETTING', `source.bluesky.url: ${quoted(text)} ${why}`)
  }
  if (!URL.canParse(text)) return fail('is not a ws:// or wss:// address')
  const url = new URL(text)
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return fail('is not a ws:// or wss:// address')
  const version = url.pathname.endsWith(v2Path) ? 2 : url.pathname.endsWith('/subscribe') ? 1 : fail(`must end with /subscribe or ${v2Path}`)
  return { url, version, label: `${url.protocol}//${url.host}${url.pathname}` }
}

export interface Subscription {
  readonly collections: readonly string[]
  /** Microseconds since 1970, or where a server named it, a sequence number (below 1e15); null follows from now. */
  readonly cursor: number | null
  /** Id of the zstd dictionary in which frames may come. */
  readonly dictionary: number | null
  /** Frames larger than this are not sent, by a server that keeps its word. */
  readonly mostBytes: number
}

/** The address to connect to. Other parameters that the operator wrote into the address stay. */
export function subscriptionUrl(address: Address, subscription: Subscription): string {
  const url = new URL(address.url)
  const set = (name: string, values: readonly (string | number)[]): void => {
    url.searchParams.delete(name)
    for (const value of values) url.searchParams.append(name, String(value))
  }
  const { collections, cursor, dictionary, mostBytes } = subscription
  set('cursor', cursor === null ? [] : [cursor])
  set('maxMessageSizeBytes', [mostBytes])
  if (address.version === 1) {
    set('wantedCollections', collections)
    set('compress', dictionary === null ? [] : ['true'])
  } else {
    set('kinds', ['commit', 'identity', 'account'])
    set('collections', collections)
    set('zstdDictionary', dictionary === null ? [] : [dictionary])
  }
  return url.href
}

/** Where a v2 server hands out the zstd dictionary of its frames. */
export function dictionaryUrl(address: Address): string {
  const url = new URL(address.url)
  url.protocol = address.url.protocol === 'wss:' ? 'https:' : 'http:'
  url.pathname = url.pathname.replace(/subscribeEvents$/, 'getZstdDictionary')
  url.search = ''
  return url.href
}
