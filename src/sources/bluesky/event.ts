// Owns the one form of what happens on the network, whichever wire it came by.
import type { JsonObject } from '../../support/json.ts'

interface Happening {
  readonly did: string
  /** When the server saw it, microseconds since 1970: what its time cursors are compared with. */
  readonly time: number
  /** When it was done, as the account's own server says, microseconds since 1970 and never after `time`: the same wherever and whenever it is read. */
  readonly done: number
  /** The server's own number of the event, where it tells one. Means nothing to another server. */
  readonly seq: number | undefined
}

export interface Commit extends Happening {
  readonly kind: 'commit'
  readonly operation: 'create' | 'update' | 'delete'
  readonly collection: string
  readonly rkey: string
  readonly cid: string | undefined
  /** Absent for a delete. */
  readonly record: JsonObject | undefined
}

/** Something about the DID document changed; the handle is often not told. */
export interface Identity extends Happening {
  readonly kind: 'identity'
  readonly handle: string | undefined
}

export interface Account extends Happening {
  readonly kind: 'account'
  readonly active: boolean
  readonly status: string | undefined
}

export type Event = Commit | Identity | Account

/** What a server says about the stream itself. `error` is its last word before it closes. */
export interface Notice {
  readonly kind: 'info' | 'error'
  readonly name: string
  readonly message: string
}

/** Why a frame was skipped; these are counted. */
export type DropReason =
  | 'frame too large' | 'binary frame without compression' | 'frame not decompressed' | 'frame is not UTF-8' | 'frame is not JSON'
  | 'frame is not an object' | 'unknown kind' | 'bad did' | 'bad time' | 'bad commit' | 'bad record' | 'bad identity' | 'bad account'

export interface Drop {
  readonly kind: 'drop'
  readonly reason: DropReason
}
