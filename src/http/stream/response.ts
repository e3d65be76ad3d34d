// Owns a stream as the answer to a request: server-sent events, or lines of NDJSON. Does not know who listens to what.
import type { ServerResponse } from 'node:http'
import type { Position } from '../../message/line.ts'
import type { Frames } from '../../stream/event.ts'
import type { Frame } from '../../stream/frame.ts'
import type { Join } from './join.ts'
import type { Pipe } from './wire.ts'

export const streamFormats = ['sse', 'ndjson'] as const
export type StreamFormat = (typeof streamFormats)[number]

/** How events are written to a response. */
export interface Script {
  readonly type: string
  /** What comes first, so that a reader who is sent nothing for long can still go on from where it began. */
  greeting(frames: Frames, position: Position): Buffer
  event(frame: Frame, only: readonly string[] | undefined): Buffer
  /** Keeps proxies from thinking that nothing goes on, and tells the place, so that a reader of what is rare is not replayed everything. */
  heartbeat(frames: Frames, position: Position): Buffer
}

/** Milliseconds after which a browser connects again. */
const retry = 2_000

// An id without data makes no event: the reader just remembers it.
export const scripts: Readonly<Record<StreamFormat, Script>> = {
  sse: {
    type: 'text/event-stream; charset=utf-8',
    greeting: (frames, position) => Buffer.from(`retry: ${retry}\nid: ${frames.id(position)}\n\n`),
    event: (frame, only) => frame.sse(only),
    heartbeat: (frames, position) => Buffer.from(`:\nid: ${frames.id(position)}\n\n`),
  },
  ndjson: {
    type: 'application/x-ndjson; charset=utf-8',
    greeting: ({ noteFrame }, position) => noteFrame(position, 'subscribed').line(),
    event: (frame, only) => frame.line(only),
    heartbeat: ({ noteFrame }, position) => noteFrame(position, 'heartbeat').line(),
  },
}

export function responsePipe(response: ServerResponse, join: Join, heartbeat: () => Buffer): Pipe {
  // What is written to a connection that just went is lost with it.
  response.on('error', () => undefined)
  return {
    write: (parts, written) => void response.write(join(parts), () => written()),
    beat: () => void response.write(heartbeat()),
    end: () => void response.end(),
    destroy: () => void response.destroy(),
  }
}
