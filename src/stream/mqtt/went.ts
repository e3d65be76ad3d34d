// Owns remembering in which channels a message was told, so that its edits and its delete go there as well. Bounded by bytes:
// what was set longest ago is forgotten first.

export interface Went {
  /** Undefined where it is forgotten, or never was. */
  get(id: string): readonly string[] | undefined
  set(id: string, channels: readonly string[]): void
}

/** What an entry takes besides its text, about. */
const overhead = 100
// Channels have no control characters, so one can stand between them.
const between = '\n'

const sizeOf = (id: string, channels: string): number => overhead + 2 * (id.length + channels.length)

export function createWent(mostBytes: number): Went {
  const entries = new Map<string, string>()
  let bytes = 0

  function forget(id: string): void {
    const channels = entries.get(id)
    if (channels === undefined) return
    entries.delete(id)
    bytes -= sizeOf(id, channels)
  }

  return {
    get: (id) => entries.get(id)?.split(between),
    set(id, channels) {
      forget(id)
      const joined = channels.join(between)
      entries.set(id, joined)
      bytes += sizeOf(id, joined)
      for (const oldest of entries.keys()) {
        if (bytes <= mostBytes) break
        forget(oldest)
      }
    },
  }
}
