// Owns what makes a message the same message: its id, the time that an id carries, and when it was written. Pure functions.
import { createHash } from 'node:crypto'
import { readInstant } from './instant.ts'

const plain = /^[A-Za-z0-9._:~-]+$/
const maxIdBytes = 256

/**
 * The id of a message: `<network>:<native>` where that is at most 256 bytes of `[A-Za-z0-9._:~-]`, otherwise
 * `<network>:h-` and 128 bits of SHA-256 over the native id as hex.
 */
export function messageId(network: string, native: string): string {
  const id = `${network}:${native}`
  if (id.length <= maxIdBytes && native !== '' && plain.test(native)) return id
  return `${network}:h-${createHash('sha256').update(native).digest('hex').slice(0, 32)}`
}

const tidAlphabet = '234567abcdefghijklmnopqrstuvwxyz'
const tidValue = new Map(Array.from(tidAlphabet, (letter, value) => [letter.charCodeAt(0), value]))
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const twitterEpoch = 1_288_834_974_657
/** 2006-01-01, before which no message of a social network was written. */
export const earliest = Date.UTC(2006, 0, 1)
const latest = Date.UTC(2100, 0, 1) * 1000

/** Microseconds since 1970 in an AT Protocol TID (13 letters of base32-sortable: 53 bits of time, 10 of clock id). */
export function tidTime(tid: string): number | undefined {
  let value = 0
  // The last two letters are the clock id; the first eleven are 55 bits, of which the top two are zero.
  for (let i = 0; i < 11; i++) {
    const digit = tidValue.get(tid.charCodeAt(i))
    if (digit === undefined) return undefined
    value = value * 32 + digit
  }
  return value
}

function ulidTime(ulid: string): number | undefined {
  let value = 0
  for (let i = 0; i < 10; i++) {
    const digit = crockford.indexOf(ulid.charAt(i))
    if (digit < 0) return undefined
    value = value * 32 + digit
  }
  return value * 1000
}

/**
 * Microseconds since 1970 that an id carries (Bluesky's TID, Twitter's snowflake, a ULID), or undefined. Used to keep
 * ids in time order on disk; never trusted as the time of a message.
 */
export function idTime(id: string): number | undefined {
  const native = id.slice(id.lastIndexOf(':') + 1)
  let time: number | undefined
  if (native.length === 13 && id.length > 13) time = tidTime(native)
  else if (native.length === 26) time = ulidTime(native)
  else if (native.length >= 15 && native.length <= 19 && /^\d+$/.test(native)) time = (Number(BigInt(native) >> 22n) + twitterEpoch) * 1000
  return time !== undefined && time >= earliest * 1000 && time < latest ? time : undefined
}

/** When a message counts as written. `claimed` is what its author said, where that had to be changed. */
export interface WrittenAt {
  readonly created_at: string
  readonly created_at_claimed?: string
}

/** So much of a claim is kept, in letters: more than any time needs, less than would burden a line. */
export const mostClaim = 1_024

/** Clamps an author's claim to [2006-01-01, seen] (milliseconds); a claim that had to be changed, or interpreted because it names no zone, is kept verbatim. */
export function writtenAt(claim: string | undefined, seen: number): WrittenAt {
  const said = claim === undefined ? undefined : readInstant(claim)
  const time = Math.min(Math.max(said?.time ?? seen, earliest), Math.max(seen, earliest))
  const created_at = new Date(time).toISOString()
  const asSaid = claim === undefined || (said?.zoned === true && said.time === time)
  return asSaid ? { created_at } : { created_at, created_at_claimed: claim.slice(0, mostClaim) }
}

/** What tells two edits of one message apart: a short hash of its content, as its source hashed it or of the text. */
export const contentHash = ({ cid, text }: { readonly cid?: string; readonly text: string }): number => createHash('sha1').update(cid ?? text).digest().readUIntBE(0, 6)
