// Owns reading from the dumps what is true now: each message once, in its newest form, without what was deleted and without
// authors who are gone or hidden. Works beside a server that goes on collecting. Does not know how messages are printed.
import { join } from 'node:path'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { openKnownReader, type KnownReader } from '../intake/known-file.ts'
import { dataFolder } from '../journal/data-folder.ts'
import type { Segment } from '../journal/port.ts'
import { readSegment } from '../journal/read.ts'
import type { JournalRecord, Position } from '../message/line.ts'
import type { Message } from '../message/schema.ts'
import { createCache } from '../support/cache.ts'
import { LoklakError } from '../watch/errors.ts'
import { runTask, segmentsOf } from './archive.ts'
import type { Context } from './command.ts'

const Extent = Type.Object({
  position: Type.Number(),
  segments: Type.Array(
    Type.Object({ name: Type.String({ pattern: '^[A-Za-z0-9_.]+$' }), sealed: Type.Boolean(), from: Type.Number(), bytes: Type.Number(), modified: Type.Number() }),
  ),
})
type Extent = Static<typeof Extent>

/** Told of reading: bytes of dumps, and lines that cannot be read. */
export interface Reading {
  begin(bytes: number): void
  read(bytes: number): void
  damaged(): void
}

/** How far the dumps reach. What is known is as new after it, whoever holds the data folder. */
async function extentOf(context: Context): Promise<Extent> {
  let extent: Extent | undefined
  for await (const line of runTask(context, 'extent', {})) if (Value.Check(Extent, line)) extent = line
  if (extent === undefined) throw new LoklakError('SERVER_UNREACHABLE', 'It went away, or is of another version.')
  return extent
}

/** Whether people may see what an author wrote. */
function shownBy(known: KnownReader): (key: string | undefined) => boolean {
  const answers = createCache<string, { readonly shown: boolean }>(20_000)
  return (key) => {
    if (key === undefined) return true
    let answer = answers.get(key)
    if (answer === undefined) {
      answer = { shown: (known.author(key)?.state ?? 'active') === 'active' }
      answers.set(key, answer)
    }
    return answer.shown
  }
}

/** The records of a segment after a position and up to another. */
async function* recordsOf(segment: Segment, seals: string, end: Position, after: Position, until: Position, reading: Reading, signal: AbortSignal): AsyncGenerator<JournalRecord> {
  let at = Math.max(segment.from, after)
  let left = segment.bytes
  for await (const batch of readSegment(segment, after, () => reading.damaged(), { seals })) {
    signal.throwIfAborted()
    // The names of segments are times, so a place in time tells how far into a packed file we are.
    const bytes = Math.min(left, Math.round((segment.bytes * (batch.last - at)) / Math.max(1, end - segment.from)))
    reading.read(bytes)
    left -= bytes
    at = batch.last
    for (const record of batch.records()) if (record.position <= until) yield record
    if (batch.last >= until) break
  }
  reading.read(left)
}

/** Every message that is true now and that `wants` accepts, oldest record first. Throws where there are no dumps. */
export async function* currentMessages(context: Context, wants: (message: Message) => boolean, reading: Reading): AsyncGenerator<Message> {
  await segmentsOf(context)
  const { own, state } = dataFolder(context.settings['data.path'])
  const { position, segments } = await extentOf(context)
  const known = openKnownReader(join(state, 'known.db'))
  const isShown = shownBy(known)
  const isNewest = ({ id_str, edited_at }: Message): boolean => (known.edit(id_str)?.at ?? 0) <= (edited_at === undefined ? 0 : Date.parse(edited_at))
  const isTrue = (message: Message): boolean => known.id(message.id_str)?.deleted !== true && isShown(message.user.user_id)

  async function* between(segments: Extent['segments'], after: Position, until: Position): AsyncGenerator<JournalRecord> {
    for (const [at, segment] of segments.entries()) {
      const end = segments[at + 1]?.from ?? until
      if (end > after) yield* recordsOf({ ...segment, path: join(own, segment.name) }, join(state, 'segments'), end, after, until, reading, context.signal)
    }
  }

  try {
    reading.begin(segments.reduce((sum, { bytes }) => sum + bytes, 0))
    for await (const record of between(segments, 0, position)) {
      if ((record.op === 'I' || record.op === 'U') && wants(record.message) && isNewest(record.message) && isTrue(record.message)) yield record.message
    }
    // A message that was edited while this read was passed over in its old form.
    const later = await extentOf(context)
    for await (const record of between(later.segments, position, later.position)) {
      if (record.op === 'U' && wants(record.message) && isTrue(record.message)) yield record.message
    }
  } finally {
    known.close()
  }
}
