// Owns what goes over the wire to a subscriber: one event, encoded once for everybody who gets the same.
import type { Position } from '../message/line.ts'

/** `message` new, `edit` changed, `delete` gone (or no longer what was asked for), `author` hidden, deleted or back, `info` something about the stream. */
export type EventName = 'message' | 'edit' | 'delete' | 'author' | 'info'

export interface Frame {
  readonly position: Position
  readonly event: EventName
  /** The JSON of its data; of a message only the fields named where some are. */
  json(only?: readonly string[]): string
  /** As a server-sent event. */
  sse(only?: readonly string[]): Buffer
  /** As a line of NDJSON: `{"id","event","data"}`. */
  line(only?: readonly string[]): Buffer
}

interface Encodings {
  json(): string
  sse(): Buffer
  line(): Buffer
}

/** Each made when it is first asked for. */
function encodings(id: string, event: EventName, data: object): Encodings {
  let json: string | undefined
  let sse: Buffer | undefined
  let line: Buffer | undefined
  const text = (): string => (json ??= JSON.stringify(data))
  return {
    json: text,
    // JSON has no newline of its own, so data is always one line.
    sse: () => (sse ??= Buffer.from(`id: ${id}\nevent: ${event}\ndata: ${text()}\n\n`)),
    line: () => (line ??= Buffer.from(`{"id":"${id}","event":"${event}","data":${text()}}\n`)),
  }
}

/** Picks fields of an object, in the order of the object. */
const pick = (data: object, only: readonly string[]): object => Object.fromEntries(Object.entries(data).filter(([key]) => only.includes(key)))

/** A frame over data. An event of the stream itself has no id of its own: it names the place where the stream stands. */
export function frame(id: string, position: Position, event: EventName, data: object): Frame {
  const whole = encodings(id, event, data)
  const hasFields = event === 'message' || event === 'edit'
  let chosen: Map<string, Encodings> | undefined

  function of(only: readonly string[] | undefined): Encodings {
    if (only === undefined || !hasFields) return whole
    chosen ??= new Map()
    const key = only.join(',')
    const known = chosen.get(key)
    if (known !== undefined) return known
    const made = encodings(id, event, pick(data, only))
    chosen.set(key, made)
    return made
  }

  return {
    position,
    event,
    json: (only) => of(only).json(),
    sse: (only) => of(only).sse(),
    line: (only) => of(only).line(),
  }
}
