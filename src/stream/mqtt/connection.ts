// Owns the bytes between the broker inside and one client, by whatever wire they go: what comes in packets of a bearable size,
// and what waits to go out, so that the broker itself never waits for a client. Does not know what packets mean.
import { Duplex } from 'node:stream'

/** What clients send is short: subscriptions and acknowledgements. */
export const mostPacket = 65_536
/** Bytes that may wait for one client; then it is thrown out. */
export const mostWaiting = 4 * 1024 * 1024
/** Bytes that are handed to the wire at once: how far it got is seen after each. */
const portion = 65_536

export interface ConnectionEvents {
  /** More than half of what may wait does, or no longer. */
  behind(is: boolean): void
  /** The client took so many bytes. */
  took(bytes: number): void
  /** More waited than may; it was destroyed. */
  cut(): void
  /** A packet was announced that is too large; it was destroyed. */
  tooLarge(): void
}

/** Says of the bytes of a client, as they come, whether each packet they announce is of a bearable size. */
export function createPacketGauge(most: number): (chunk: Uint8Array) => boolean {
  /** Bytes of the present packet that are still to come; before its length is known, what of that is. */
  let left = 0
  let length = 0
  let place = 0
  let state: 'begin' | 'length' | 'body' = 'begin'
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (state === 'body') {
        const passed = Math.min(left, chunk.length - at)
        at += passed
        left -= passed
        if (left === 0) state = 'begin'
        continue
      }
      const byte = chunk[at++] ?? 0
      if (state === 'begin') {
        state = 'length'
        length = 0
        place = 1
        continue
      }
      // Seven bits a byte, the lowest first; the eighth says that there are more.
      length += (byte & 127) * place
      place *= 128
      if (length > most || place > 128 ** 4) return false
      if (byte >= 128) continue
      left = length
      state = left === 0 ? 'begin' : 'body'
    }
    return true
  }
}

/** What the broker is given instead of the wire. All it writes is taken at once. */
export function createConnection(wire: Duplex, events: ConnectionEvents): Duplex {
  const isBearable = createPacketGauge(mostPacket)
  let queue: Buffer[] = []
  let waiting = 0
  let isBusy = false
  let isBehind = false

  function count(bytes: number): void {
    waiting += bytes
    const is = waiting > mostWaiting / 2
    if (is === isBehind) return
    isBehind = is
    events.behind(is)
  }

  /** Hands on what waits, a portion at a time. */
  function send(): void {
    if (isBusy || queue.length === 0) return
    let end = 0
    let bytes = 0
    while (end < queue.length && (end === 0 || bytes + (queue[end]?.length ?? 0) <= portion)) bytes += queue[end++]?.length ?? 0
    isBusy = true
    wire.write(Buffer.concat(queue.splice(0, end), bytes), () => {
      isBusy = false
      if (connection.destroyed) return
      count(-bytes)
      events.took(bytes)
      send()
    })
  }

  function take(chunks: readonly Buffer[]): void {
    queue.push(...chunks)
    count(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
    if (waiting <= mostWaiting) return send()
    events.cut()
    connection.destroy()
  }

  const connection = new Duplex({
    // So that the broker is never told to wait.
    writableHighWaterMark: mostWaiting,
    read: () => void wire.resume(),
    write(chunk: Buffer, _encoding, done) {
      take([chunk])
      done()
    },
    writev(chunks, done) {
      take(chunks.map(({ chunk }): Buffer => chunk))
      done()
    },
    destroy(error, done) {
      queue = []
      count(-waiting)
      wire.destroy()
      done(error)
    },
  })
  wire.on('data', (chunk: Buffer) => {
    if (!isBearable(chunk)) {
      events.tooLarge()
      connection.destroy()
    } else if (!connection.push(chunk)) wire.pause()
  })
  wire.on('end', () => connection.push(null))
  wire.on('error', () => connection.destroy())
  wire.on('close', () => connection.destroy())
  return connection
}
