// Owns who was sent what, so that they hear when it ends. Bounded: of what is forgotten it is kept how new it was, and from
// then on its recipients are told the end of everything as old as that, rather once too often than never.

export interface Recipient {
  /** Everything written up to here (milliseconds since 1970) may have been sent without being remembered. Before anything: -1. */
  unsure: number
}

export interface Recipients<R> {
  /** `key`: the id of a message or the key of an author; `written` is 0 for what has no time. */
  add(key: string, written: number, recipient: R): void
  /** Whether it was sent, or may have been. */
  mayHave(key: string, written: number, recipient: R): boolean
  /** It ended: for one, or for all. */
  forget(key: string, recipient?: R): void
}

interface Sent<R> {
  readonly written: number
  readonly to: Set<R>
}

/** `limit`: so many are remembered, counted for each recipient. */
export function createRecipients<R extends Recipient>(limit: number): Recipients<R> {
  const all = new Map<string, Sent<R>>()
  let count = 0

  /** What was first sent longest ago is seldom ended any more. */
  function makeRoom(): void {
    for (const [key, { written, to }] of all) {
      if (count <= limit) return
      for (const recipient of to) recipient.unsure = Math.max(recipient.unsure, written)
      count -= to.size
      all.delete(key)
    }
  }

  return {
    add(key, written, recipient) {
      const sent = all.get(key) ?? { written, to: new Set() }
      if (sent.to.has(recipient)) return
      all.set(key, sent)
      sent.to.add(recipient)
      count++
      if (count > limit) makeRoom()
    },
    mayHave: (key, written, recipient) => written <= recipient.unsure || all.get(key)?.to.has(recipient) === true,
    forget(key, recipient) {
      const sent = all.get(key)
      if (sent === undefined) return
      if (recipient !== undefined && sent.to.size > 1) {
        if (sent.to.delete(recipient)) count--
      } else if (recipient === undefined || sent.to.has(recipient)) {
        count -= sent.to.size
        all.delete(key)
      }
    },
  }
}
