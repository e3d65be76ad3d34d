// Owns retention: which of the oldest sealed segments go, and what stays of them: their ids with their times, deletes and
// authors go to a remainder file, so that nothing removed comes back as new and no handle is forgotten.
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { encodeEntry, encodeLine, type Position } from '../message/line.ts'
import type { Message } from '../message/schema.ts'
import { moveIntoPlace, realDisk } from './disk.ts'
import type { OpenJournal } from './journal.ts'
import type { Segment } from './port.ts'
import { readSegment } from './read.ts'

export interface Retention {
  /** Milliseconds; 0 keeps for ever. */
  readonly age: number
  /** Bytes of all segments together; 0 for no limit. */
  readonly size: number
}

/** The oldest sealed segments that retention removes. The newest segment always stays. */
export function overdue(segments: readonly Segment[], { age, size }: Retention, now: number): readonly Segment[] {
  let total = segments.reduce((sum, { bytes }) => sum + bytes, 0)
  const gone: Segment[] = []
  for (const [i, segment] of segments.slice(0, -1).entries()) {
    // A segment is over when the next one began.
    const ended = (segments[i + 1]?.from ?? 0) / 1000
    const tooOld = age > 0 && ended < now - age
    const tooMuch = size > 0 && total > size
    if (!segment.sealed || (!tooOld && !tooMuch)) break
    gone.push(segment)
    total -= segment.bytes
  }
  return gone
}

const remainderName = (segment: Segment): string => segment.name.replace(/^messages_/, 'remainder_')

/** What stays of a message: `{"$T","$P":"K","id_str","created_at","timestamp","edited_at"}`. */
const keptId = (position: Position, { id_str, created_at, timestamp, edited_at }: Message): string => `{"$T":${position},"$P":"K",${JSON.stringify({ id_str, created_at, timestamp, edited_at }).slice(1)}`

async function writeRemainder(folder: string, segment: Segment): Promise<void> {
  const path = join(folder, remainderName(segment))
  const file = await open(`${path}.tmp`, 'w', 0o644)
  try {
    for await (const batch of readSegment(segment, 0, () => undefined)) {
      const lines = batch.records().map((record) =>
        record.op === 'I' || record.op === 'U' ? keptId(record.position, record.message) : encodeLine(record.position, encodeEntry(record)),
      )
      // Members of a gzip file may follow each other, so each batch is one.
      if (lines.length > 0) await file.writeFile(gzipSync(`${lines.join('\n')}\n`))
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await moveIntoPlace(realDisk, `${path}.tmp`, path)
}

/** Removes what is overdue; `onRemoved` is told of each segment while it is still there, so that projections can drop its rows. */
export async function retain(journal: OpenJournal, folder: string, retention: Retention, now: number, onRemoved: (segment: Segment) => Promise<void>, signal: AbortSignal): Promise<readonly Segment[]> {
  const gone: Segment[] = []
  for (const segment of overdue(journal.segments(), retention, now)) {
    // A removal waits for its turn behind what is being sealed; a stop does not wait for that.
    await journal.sealed(signal)
    if (signal.aborted) break
    await writeRemainder(folder, segment)
    await onRemoved(segment)
    await journal.remove(segment)
    gone.push(segment)
  }
  return gone
}

/** The remainder files of a folder as segments, oldest first; their lines are `K`, `D` and `A`. */
export async function remainders(folder: string): Promise<readonly Segment[]> {
  const names = (await readdir(folder)).filter((name) => /^remainder_\d{8}_\d{8}\.txt\.gz$/.test(name)).sort()
  return names.map((name) => ({ name, path: join(folder, name), sealed: true, from: 0, bytes: 0, modified: 0 }))
}
