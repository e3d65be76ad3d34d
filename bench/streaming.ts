// Owns what the processes of the stream bench share: messages, a journal, and a room with streams and nothing else.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { defaultHttpOptions } from '../src/http/options.ts'
import { buildServer } from '../src/http/server.ts'
import { openJournal, type OpenJournal } from '../src/journal/journal.ts'
import type { Message } from '../src/message/schema.ts'
import { sampleEntries } from '../src/sources/sample/sample.ts'
import { streamIds } from '../src/stream/id.ts'
import type { Hub } from '../src/stream/hub.ts'
import { createHealth } from '../src/watch/health.ts'
import { createLog } from '../src/watch/log.ts'
import { createMetrics } from '../src/watch/metrics.ts'

/** The text of the last of them, by which readers know that they have all. */
export const lastText = 'That was the last of them.'

/** So many messages, of about 1.5 kB as events. */
export function messages(count: number): Message[] {
  const made: Message[] = []
  for (const entry of sampleEntries({ count, seed: 7, until: Date.UTC(2026, 10, 1), days: 7 })) if (entry.op === 'I') made.push(entry.message)
  const last = made.at(-1)
  if (last === undefined || made.length !== count) throw new Error('no messages')
  return [...made.slice(0, -1), { ...last, text: lastText }]
}

export async function openKeeper(path: string): Promise<OpenJournal> {
  const folder = join(path, 'dump', 'own')
  await mkdir(folder, { recursive: true })
  const nothing = (): void => undefined
  return openJournal({ folder, state: join(path, 'state'), segmentBytes: 2 ** 30, syncInterval: 0, floor: () => 0, onDamage: nothing, onBlocked: nothing, onRecovered: nothing })
}

const unused = (): never => {
  throw new Error('not part of the bench')
}

/** The HTTP room with places for so many readers. */
export const ids = streamIds('0123456789abcdef')

export function streamingRoom(hub: Hub, readers: number): FastifyInstance {
  return buildServer(
    {
      status: unused,
      health: () => createHealth().view(),
      segments: () => [],
      publicSettings: () => ({}),
      setting: () => undefined,
      search: { index: unused, coverage: () => [], limits: { hits: { low: 1, usual: 1, public: 1, owner: 1 }, timeout: 1, atOnce: 1, atOnceEach: 1, shortlink: { longerThan: 1, stub: null } } },
      hub: () => Promise.resolve(hub),
      streamIds: ids,
      control: {},
      metrics: createMetrics({ process: false }),
      log: createLog({ level: 'error', format: 'json', to: process.stderr }),
    },
    { ...defaultHttpOptions, streams: { ...defaultHttpOptions.streams, perAddress: readers, total: readers } },
  )
}
