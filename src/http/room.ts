// Owns what every route of this room gets.
import type { Access, Caller } from './access.ts'
import type { Gate } from './gate.ts'
import type { Streams } from './stream/streams.ts'
import type { HttpOptions } from './options.ts'
import type { Parts } from './parts.ts'

/** What the listeners know and the routes tell. */
export interface Doors {
  readonly access: Access
  /** Where others reach this server; empty before it listens. */
  urls: readonly string[]
  open: number
  refused: number
  /** Whether anybody ever asked if requests should be sent here. */
  probed: boolean
  /** Aborts when the server stops: answers that go on for long end then. */
  readonly stop: AbortController
}

export interface Room {
  readonly parts: Parts
  readonly options: HttpOptions
  readonly doors: Doors
  /** What all questions to the index go through. */
  readonly gate: Gate
  readonly streams: Streams
}

declare module 'fastify' {
  interface FastifyInstance {
    doors: Doors
  }
  interface FastifyRequest {
    caller: Caller
  }
}
