// Owns what the network says, as Jetstream sees it, and how v1 and v2 write it. Does not know where it comes from.
import type { JsonObject } from '../../../src/support/json.ts'

interface Commit {
  readonly kind: 'commit'
  readonly did: string
  readonly rev: string
  readonly operation: 'create' | 'update' | 'delete'
  readonly collection: string
  readonly rkey: string
  /** Of a create or an update. */
  readonly record?: JsonObject
  readonly cid?: string
}

interface Identity {
  readonly kind: 'identity'
  readonly did: string
  /** As the upstream server sent it: did, handle, seq, time. */
  readonly identity: JsonObject
}

interface AccountState {
  readonly kind: 'account'
  readonly did: string
  /** As the upstream server sent it: active, did, seq, status, time. */
  readonly account: JsonObject
}

export type Change = Commit | Identity | AccountState

/** A change with the place that this server gave it. `time_us` is when it arrived: several events can share one. */
export type Event = Change & { readonly seq: number; readonly time_us: number }

/** The text of a v1 frame, as a v2 server writes it: with its own `seq` as `cursor`. */
export function encodeV1({ seq: cursor, time_us, did, ...change }: Event): string {
  if (change.kind !== 'commit') return JSON.stringify({ did, time_us, cursor, ...change })
  const { kind, rev, operation, collection, rkey, record, cid } = change
  return JSON.stringify({ did, time_us, cursor, kind, commit: { rev, operation, collection, rkey, record, cid } })
}

/** ISO 8601 with microseconds. */
const isoMicroseconds = (time_us: number): string =>
  `${new Date(time_us / 1000).toISOString().slice(0, 19)}.${String(time_us % 1_000_000).padStart(6, '0')}Z`

/** A v2 frame around a payload. */
export const encodeMessage = (name: string, payload: JsonObject): string =>
  JSON.stringify({ $type: 'message', payload: { $type: `network.bsky.jetstream.subscribeEvents#${name}`, ...payload } })

/** The text of a v2 frame. */
export function encodeV2({ seq, time_us, did, ...change }: Event): string {
  const time = isoMicroseconds(time_us)
  switch (change.kind) {
    case 'identity':
      return encodeMessage('identity', { did, identity: change.identity, seq, time })
    case 'account':
      return encodeMessage('account', { account: change.account, did, seq, time })
    default: {
      const { cid, collection, operation, record, rev, rkey } = change
      return encodeMessage('commit', { cid, collection, did, operation, record, rev, rkey, seq, time })
    }
  }
}

/** The text of a v2 frame after which nothing comes. */
export const encodeError = (error: string, message: string): string => JSON.stringify({ $type: 'error', error, message })
