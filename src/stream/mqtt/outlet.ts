// Owns what the publisher needs of a broker, wherever that is.

export interface Outlet {
  /** Where it publishes, for a person, without secrets. */
  readonly address: string
  /** Resolves when the broker has taken the responsibility for it; rejects when the connection is gone. */
  publish(topic: string, payload: Buffer): Promise<void>
  /** Resolves when listeners that are behind have taken what they can, within bounds; asked before what is late anyway. */
  room(signal: AbortSignal): Promise<void>
  /** Resolves with the reason when the connection is gone. */
  readonly gone: Promise<string>
  close(): Promise<void>
}

/** Opens a connection; rejects with the reason where that is not possible. */
export type Connect = (signal: AbortSignal) => Promise<Outlet>
