// Owns putting together what is written at once: made once for all readers who get the same in the same turn.

export type Join = (parts: readonly Buffer[]) => Buffer

export function createJoin(): Join {
  let last: readonly Buffer[] = []
  let joined = Buffer.alloc(0)
  return (parts) => {
    const [first] = parts
    if (first !== undefined && parts.length === 1) return first
    if (parts.length !== last.length || parts.some((part, at) => part !== last[at])) {
      last = parts
      joined = Buffer.concat(parts)
    }
    return joined
  }
}
