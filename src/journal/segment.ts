// Owns the names of dump files: `messages_YYYYMMDD_########.txt`, the digits being the millisecond of the UTC day in which
// the segment begins, so that the order of names is the order of the journal and a name bounds the positions inside.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Position } from '../message/line.ts'
import type { Segment } from './port.ts'

const pattern = /^messages_(\d{4})(\d\d)(\d\d)_(\d{8})\.txt(\.gz)?$/
const msPerDay = 86_400_000

/** The name of the segment whose first record has this position. */
export function segmentName(first: Position): string {
  const ms = Math.floor(first / 1000)
  const day = new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')
  return `messages_${day}_${String(ms % msPerDay).padStart(8, '0')}.txt`
}

/** The lower bound of positions that a name promises, or undefined where it is not the name of one of our segments. */
export function segmentStart(name: string): Position | undefined {
  const found = pattern.exec(name)
  if (found === null) return undefined
  const [, year, month, day, ms] = found
  return (Date.UTC(Number(year), Number(month) - 1, Number(day)) + Number(ms)) * 1000
}

/** The name of what retention leaves of a segment. */
export const remainderName = ({ name }: Pick<Segment, 'name'>): string => name.replace(/^messages_/, 'remainder_')
export const isRemainder = ({ name }: Pick<Segment, 'name'>): boolean => name.startsWith('remainder_')

export const utcDay = (position: Position): number => Math.floor(position / 1000 / msPerDay)

/** All segments of a folder, oldest first. Where a segment is there both plain and sealed, the sealed one counts. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const found = new Map<Position, Segment>()
  for (const name of (await readdir(folder)).sort()) {
    const from = segmentStart(name)
    if (from === undefined) continue
    const path = join(folder, name)
    const info = await stat(path)
    if (info.isFile()) found.set(from, { name, path, sealed: name.endsWith('.gz'), from, bytes: info.size, modified: info.mtimeMs })
  }
  return [...found.values()].sort((a, b) => a.from - b.from)
}
