// Owns what stays of a segment that retention removes, a remainder file: of its messages the ids with their times, and its
// deletes and authors, so that nothing removed comes back as new and no handle is forgotten. How it is written, found and read
// back. Does not know when a segment goes.
import { createHash } from 'node:crypto'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { encodeEntry, encodeLine, type JournalRecord, type Position } from '../message/line.ts'
import { BadLine, decodeLine } from '../message/record.ts'
import type { Segment } from './port.ts'
import { readSegment, type OnSegmentDamage } from './read.ts'
import type { Rewritten } from './rewrite.ts'
import { isWhole, orNothing, takePlace, type SealOptions } from './seal.ts'
import { remainderName, segmentStart } from './segment.ts'

/** What stays of a message; times in milliseconds since 1970. */
export interface KeptId {
  readonly op: 'K'
  readonly position: Position
  readonly id_str: string
  readonly created_at: number
  readonly timestamp: number
  readonly edited_at: number | undefined
}

/** A line of a remainder. */
export type Remain = KeptId | Extract<JournalRecord, { readonly op: 'A' | 'D' }>

/** What was left of a segment, and whether all of the segment could be read for it. */
export interface Left {
  readonly remainder: Segment
  readonly whole: boolean
}

/** What stays of a record: of a message `{"$T","$P":"K","id_str","created_at","timestamp","edited_at"}`, others as they are. */
function lineLeft(record: JournalRecord): string {
  if (record.op === 'A' || record.op === 'D') return encodeLine(record.position, encodeEntry(record))
  const { id_str, created_at, timestamp, edited_at } = record.message
  return encodeLine(record.position, `"$P":"K",${JSON.stringify({ id_str, created_at, timestamp, edited_at }).slice(1)}`)
}

function time(fields: object, name: string): number {
  const value = new Map<string, unknown>(Object.entries(fields)).get(name)
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(ms)) throw new BadLine('shape', `${name}: must be a time`)
  return ms
}

const kept = /^\{"\$T":(\d+),"\$P":"K",/

/** Reads one line of a remainder. Throws BadLine. */
export function decodeRemain(line: string): Remain {
  const position = Number(kept.exec(line)?.[1])
  if (Number.isNaN(position)) {
    const record = decodeLine(line)
    if (record.op === 'A' || record.op === 'D') return record
    throw new BadLine('operation', `$P: ${record.op} is none of K, D, A`)
  }
  let fields: unknown
  try {
    fields = JSON.parse(line)
  } catch (error) {
    throw new BadLine('json', error instanceof Error ? error.message : String(error))
  }
  if (typeof fields !== 'object' || fields === null || !('id_str' in fields) || typeof fields.id_str !== 'string' || fields.id_str === '') throw new BadLine('shape', 'id_str: must be a string')
  return { op: 'K', position, id_str: fields.id_str, created_at: time(fields, 'created_at'), timestamp: time(fields, 'timestamp'), edited_at: 'edited_at' in fields ? time(fields, 'edited_at') : undefined }
}

/** Writes what stays of the records of a segment, and syncs it. Rejects where the signal aborts. */
async function writeLeft(segment: Segment, target: string, onDamage: OnSegmentDamage, signal: AbortSignal): Promise<Rewritten> {
  const hash = createHash('sha256')
  const counts = { records: 0, changed: 0, removed: 0, broken: '', last: 0, bytes: 0 }
  const file = await open(target, 'w', 0o644)
  // Members of a gzip file may follow each other, so each batch is one.
  async function write(lines: readonly string[]): Promise<void> {
    const packed = gzipSync(lines.map((line) => `${line}\n`).join(''))
    hash.update(packed)
    counts.bytes += packed.length
    counts.records += lines.length
    await file.writeFile(packed)
  }
  try {
    for await (const batch of readSegment(segment, 0, onDamage)) {
      signal.throwIfAborted()
      await write(Array.from(batch.records(), lineLeft))
      counts.last = batch.last
    }
    // Nothing at all would be no gzip file.
    if (counts.bytes === 0) await write([])
    await file.sync()
  } finally {
    await file.close()
  }
  return { ...counts, sha256: hash.digest('hex'), members: [] }
}

/** Reads all of a segment only to see whether it can be read. */
async function lookThrough(segment: Segment, onDamage: OnSegmentDamage, signal: AbortSignal): Promise<void> {
  for await (const batch of readSegment(segment, 0, onDamage)) {
    signal.throwIfAborted()
    batch.records()
  }
}

async function remainderAt(folder: string, name: string): Promise<Segment> {
  const path = join(folder, name)
  const { size, mtimeMs } = await stat(path)
  return { name, path, sealed: true, from: segmentStart(name.replace(/^remainder_/, 'messages_')) ?? 0, bytes: size, modified: mtimeMs }
}

/**
 * Leaves a remainder of a sealed segment. One that is there and whole stays: a sealed segment never gets more, and may have lost
 * something since. Rejects where the signal aborts; then nothing is left over.
 */
export async function leaveRemainder(options: SealOptions, segment: Segment, report: OnSegmentDamage): Promise<Left> {
  const { folder, seals, signal } = options
  const name = remainderName(segment)
  const path = join(folder, name)
  let whole = true
  const onDamage: OnSegmentDamage = (...damage) => {
    whole = false
    report(...damage)
  }
  if (await isWhole(seals, name, path).catch(() => false)) await lookThrough(segment, onDamage, signal)
  else await orNothing(`${path}.tmp`, async () => takePlace(options, name, `${path}.tmp`, await writeLeft(segment, `${path}.tmp`, onDamage, signal)))
  return { remainder: await remainderAt(folder, name), whole }
}

/** The remainder files of a folder as segments, oldest first. */
export async function remainders(folder: string): Promise<readonly Segment[]> {
  const names = (await readdir(folder)).filter((name) => /^remainder_\d{8}_\d{8}\.txt\.gz$/.test(name)).sort()
  return Promise.all(names.map((name) => remainderAt(folder, name)))
}

/** What a remainder has, in order; damage is reported and left out. */
export async function* readRemainder(remainder: Segment, onDamage: OnSegmentDamage): AsyncGenerator<readonly Remain[]> {
  for await (const { lines } of readSegment(remainder, 0, onDamage)) {
    const remains: Remain[] = []
    for (const line of lines) {
      try {
        remains.push(decodeRemain(line))
      } catch (error) {
        if (!(error instanceof BadLine)) throw error
        onDamage(remainder.name, line, `${error.reason}: ${error.message}`)
      }
    }
    yield remains
  }
}

const isAuthorLine = (line: string): boolean => /^\{"\$T":\d+,"\$P":"A",/.test(line)

/** The lines about authors after a position in a remainder, in order and unparsed. */
export async function* authorLines(remainder: Segment, after: Position, onDamage: OnSegmentDamage): AsyncGenerator<readonly string[]> {
  for await (const { lines } of readSegment(remainder, after, onDamage)) {
    const authors = lines.filter(isAuthorLine)
    if (authors.length > 0) yield authors
  }
}
