// Owns reading a frame of either Jetstream wire. Pure. Whatever a frame holds, the answer is an event, a notice or a counted drop.
import { tidTime } from '../../message/identity.ts'
import { isObject, parseJson, type JsonObject } from '../../support/json.ts'
import type { Account, Commit, Drop, DropReason, Event, Identity, Notice } from './event.ts'

const didForm = /^did:[a-z]+:[A-Za-z0-9._:%-]{1,240}$/
const rkeyForm = /^[A-Za-z0-9._:~-]{1,512}$/
const handleForm = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,9}))?Z$/
/** Below this a number is a sequence number and not a time: the servers' own border, in September 2001. */
export const leastTime = 1e15
const mostTime = Date.UTC(2100, 0, 1) * 1000
const v2 = 'network.bsky.jetstream.subscribeEvents#'

const drop = (reason: DropReason): Drop => ({ kind: 'drop', reason })

export const isDid = (value: unknown): value is string => typeof value === 'string' && didForm.test(value)
export const isRkey = (value: unknown): value is string => typeof value === 'string' && rkeyForm.test(value)
export const isHandle = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 253 && handleForm.test(value) && value !== 'handle.invalid'

const shortText = (value: unknown, most: number): string | undefined => (typeof value === 'string' ? value.slice(0, most) : undefined)
const count = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined)

function plausible(time: number | undefined): number | undefined {
  return time !== undefined && Number.isSafeInteger(time) && time >= leastTime && time < mostTime ? time : undefined
}

/** Microseconds since 1970 of an RFC 3339 time in UTC. Date would cut it to milliseconds, and the cursor with it. */
function microseconds(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const match = instant.exec(text)
  if (match === null) return undefined
  const [, fraction = ''] = match
  return plausible(Date.parse(`${text.slice(0, 19)}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6)))
}

interface Place {
  readonly did: string
  readonly time: number
  readonly seq: number | undefined
}

/** A revision carries its time. What is told of the future, or not told, is when it was seen. */
const doneAt = ({ time }: Place, told: number | undefined): number => Math.min(plausible(told) ?? time, time)

function commit(place: Place, from: JsonObject): Commit | Drop {
  const { operation, collection, rkey, cid, record, rev } = from
  if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return drop('bad commit')
  if (typeof collection !== 'string' || !isRkey(rkey)) return drop('bad commit')
  if (operation !== 'delete' && !isObject(record)) return drop('bad record')
  return {
    kind: 'commit', ...place, done: doneAt(place, typeof rev === 'string' && rev.length === 13 ? tidTime(rev) : undefined), operation, collection, rkey,
    cid: typeof cid === 'string' && cid.length <= 256 ? cid : undefined,
    record: isObject(record) && operation !== 'delete' ? record : undefined,
  }
}

function identity(place: Place, from: unknown): Identity | Drop {
  if (!isObject(from) || from['did'] !== place.did) return drop('bad identity')
  const handle = from['handle']
  return { kind: 'identity', ...place, done: doneAt(place, microseconds(from['time'])), handle: isHandle(handle) ? handle.toLowerCase() : undefined }
}

function account(place: Place, from: unknown): Account | Drop {
  if (!isObject(from) || from['did'] !== place.did || typeof from['active'] !== 'boolean') return drop('bad account')
  return { kind: 'account', ...place, done: doneAt(place, microseconds(from['time'])), active: from['active'], status: shortText(from['status'], 64) }
}

function decodeV1(frame: JsonObject): Event | Drop {
  const { did, kind, time_us, cursor } = frame
  if (!isDid(did)) return drop('bad did')
  const time = plausible(typeof time_us === 'number' ? time_us : undefined)
  if (time === undefined) return drop('bad time')
  const place = { did, time, seq: count(cursor) }
  switch (kind) {
    case 'commit':
      return isObject(frame['commit']) ? commit(place, frame['commit']) : drop('bad commit')
    case 'identity':
      return identity(place, frame['identity'])
    case 'account':
      return account(place, frame['account'])
    default:
      return drop('unknown kind')
  }
}

function decodeV2(payload: JsonObject): Event | Notice | Drop {
  const { $type, did, seq } = payload
  if (typeof $type !== 'string' || !$type.startsWith(v2)) return drop('unknown kind')
  const kind = $type.slice(v2.length)
  if (kind === 'info') return { kind, name: shortText(payload['name'], 64) ?? '', message: shortText(payload['message'], 300) ?? '' }
  if (!isDid(did)) return drop('bad did')
  // `time` may be overridden by an import into the server's archive; where `witnessedAt` is told, cursors mean that.
  const time = microseconds(payload['witnessedAt']) ?? microseconds(payload['time'])
  if (time === undefined) return drop('bad time')
  const place = { did, time, seq: count(seq) }
  switch (kind) {
    case 'commit':
      return commit(place, payload)
    case 'identity':
      return identity(place, payload['identity'])
    case 'account':
      return account(place, payload['account'])
    default:
      return drop('unknown kind')
  }
}

/** Reads the text of one frame, v1 or v2: they are told apart by the envelope that only v2 has. */
export function decodeFrame(text: string): Event | Notice | Drop {
  const frame = parseJson(text)
  if (frame === undefined) return drop('frame is not JSON')
  if (!isObject(frame)) return drop('frame is not an object')
  switch (frame['$type']) {
    case undefined:
      return decodeV1(frame)
    case 'message':
      return isObject(frame['payload']) ? decodeV2(frame['payload']) : drop('unknown kind')
    case 'error':
      return { kind: 'error', name: shortText(frame['error'], 64) ?? '', message: shortText(frame['message'], 300) ?? '' }
    default:
      return drop('unknown kind')
  }
}
