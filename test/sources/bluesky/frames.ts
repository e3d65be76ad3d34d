// Owns frames for tests: recorded ones, and made ones of both wires.
import { readFileSync } from 'node:fs'
import { sharedData } from '../../shared-data.ts'

export const recorded = {
  golden: sharedData('data/bluesky/jetstream-v1-golden.jsonl'),
  production: sharedData('data/bluesky/jetstream-v1-recorded.jsonl'),
  localV1: sharedData('lab/recorded/jetstream-v1.jsonl'),
  localV2: sharedData('lab/recorded/jetstream-v2.jsonl'),
  dictionaryV1: sharedData('data/bluesky/legacy_subscribe.zdict'),
  dictionaryV2: sharedData('data/bluesky/subscribe_events_20260811.zdict'),
}

export const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').filter((line) => line !== '')

export const anna = 'did:plc:s56rbbhjabgydsmauijnesis'
export const boris = 'did:plc:34uozkvh2nswdb4hne2kuk2q'
export const cid = 'bafyreicphmvn5q5ldsfx55zuxbnvecfsoexcwscaycozlofsqkntuae4vi'

/** A time of the network: so many seconds after a fixed moment, in microseconds since 1970. */
export const second = (seconds: number): number => Date.UTC(2026, 10, 22, 12) * 1000 + seconds * 1_000_000

interface Place {
  readonly time: number
  readonly seq?: number
  readonly did?: string
}

interface Change extends Place {
  readonly rkey?: string
  readonly operation?: string
  readonly collection?: string
  readonly record?: unknown
}

const rfc3339 = (micros: number): string | undefined => Number.isNaN(new Date(micros / 1000).getTime()) ? undefined : `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`

/** A post that says its number, unless the change says otherwise. */
function change({ time, rkey, operation = 'create', collection = 'app.bsky.feed.post', record }: Change): Record<string, unknown> {
  const place = { rev: '3n2w6vee6s22k', operation, collection, rkey: rkey ?? `r${time}` }
  if (operation === 'delete') return place
  const said = record ?? { $type: collection, text: `at ${time}`, createdAt: new Date(time / 1000).toISOString() }
  return { ...place, record: said, cid }
}

export const v1 = {
  commit: (what: Change): string => JSON.stringify({ did: what.did ?? anna, time_us: what.time, cursor: what.seq, kind: 'commit', commit: change(what) }),
  identity: ({ time, seq, did = anna }: Place, handle?: string): string =>
    JSON.stringify({ did, time_us: time, cursor: seq, kind: 'identity', identity: { did, handle, seq: 1, time: rfc3339(time) } }),
  account: ({ time, seq, did = anna }: Place, active: boolean, status?: string): string =>
    JSON.stringify({ did, time_us: time, cursor: seq, kind: 'account', account: { did, active, status, seq: 1, time: rfc3339(time) } }),
}

const message = (kind: string, payload: object): string =>
  JSON.stringify({ $type: 'message', payload: { $type: `network.bsky.jetstream.subscribeEvents#${kind}`, ...payload } })

export const v2 = {
  commit: (what: Change): string => message('commit', { did: what.did ?? anna, seq: what.seq, time: rfc3339(what.time), ...change(what) }),
  info: (name: string): string => message('info', { name, message: 'starting at seq 24647190112' }),
  error: (error: string): string => JSON.stringify({ $type: 'error', error, message: 'reader below floor rate' }),
  message,
}

/** Seconds. */
export const hour = 3600
/** A post with this name, so many seconds after the fixed moment. */
export const post = (name: string, seconds: number): string => v1.commit({ time: second(seconds), rkey: name })
export const post2 = (name: string, seconds: number, seq: number): string => v2.commit({ time: second(seconds), rkey: name, seq })
