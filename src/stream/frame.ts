// Owns what goes over the wire to a subscriber: one event, encoded once for everybody who gets the same.
import type { Position } from '../message/record.ts'

/** `message` new, `edit` changed, `delete` gone (or no longer what was asked for), `author` hidden, deleted or back, `info` something about the stream. */
export type EventName = 'message' | 'edit' | 'delete' | 'author' | 'info'

export interface Frame {
  readonly position: Position
  readonly event: EventName
  /** The JSON of its data; only the fields named where some are. */
  json(only?: readonly string[]): string
  /** As a server-sent event. */
  sse(only?: readonly string[]): Buffer
  /** As a line of NDJSON: `{"id","event","data"}`. */
  line(only?: readonly string[]): Buffer
}

/** Picks fields of an object, in the order of the object. */
function pick(data: object, only: readonly string[]): object {
  return Object.fromEntries(Object.entries(data).filter(([key]) => only.includes(key)))
}

/** A frame over data. An event of the stream itself has no id of its own: it names the place where the stream stands. */
export function frame(position: Position, event: EventName, data: object): Frame {
  const made = new Map<string, Buffer | string>()

  function cached<T extends Buffer | string>(key: string, is: (value: Buffer | string) => value is T, make: () => T): T {
    const found = made.get(key)
    if (found !== undefined && is(found)) return found
    const value = make()
    made.set(key, value)
    return value
  }

  const isText = (value: Buffer | string): value is string => typeof value === 'string'
  const isBytes = (value: Buffer | string): value is Buffer => typeof value !== 'string'
  const keyOf = (only: readonly string[] | undefined): string => only?.join(',') ?? ''
  const json = (only?: readonly string[]): string => cached(`json ${keyOf(only)}`, isText, () => JSON.stringify(only === undefined ? data : pick(data, only)))

  return {
    position,
    event,
    json,
    // JSON has no newline of its own, so data is always one line.
    sse: (only) => cached(`sse ${keyOf(only)}`, isBytes, () => Buffer.from(`id: ${position}\nevent: ${event}\ndata: ${json(only)}\n\n`)),
    line: (only) => cached(`line ${keyOf(only)}`, isBytes, () => Buffer.from(`{"id":"${position}","event":"${event}","data":${json(only)}}\n`)),
  }
}
