// Owns the judgement whether dumps are what they must be after a crash, given what was acknowledged. A second, naive model of
// the truth: lists and maps, nothing of the product's code.
import assert from 'node:assert/strict'
import type { DumpLine } from './dumps.ts'

/** What the writer tells: an outcome, the id or author that it is about, and the position where a line was written. */
export type Told = readonly [outcome: string, id: string, position?: number]

export const isTold = (value: unknown): value is Told =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string' && (value.length === 2 || (value.length === 3 && typeof value[2] === 'number'))

const opOf = new Map([['new', 'I'], ['edited', 'U'], ['deleted', 'D'], ['author', 'A']])

/** The lines about each id or author, in order. */
function byId(lines: readonly DumpLine[]): Map<string, DumpLine[]> {
  const groups = new Map<string, DumpLine[]>()
  for (const line of lines) {
    const group = groups.get(line.id)
    if (group === undefined) groups.set(line.id, [line])
    else group.push(line)
  }
  return groups
}

export const goneAuthors = (lines: readonly DumpLine[]): Set<string> => new Set(lines.filter(({ op, state }) => op === 'A' && state === 'deleted').map(({ id }) => id))

/** What holds of every dump, whatever was acknowledged. */
function judgeLines(lines: readonly DumpLine[]): void {
  let last = 0
  for (const { position, op, id, text } of lines) {
    assert.ok(position > last, `position ${position} of ${id} does not rise from ${last}`)
    last = position
    if (op === 'I' || op === 'U') assert.ok(text?.startsWith(`${id} version`), `the text of ${id} is not its own: ${text}`)
  }
  for (const [id, group] of byId(lines)) {
    const ops = group.map(({ op }) => op).join('')
    if (!ops.startsWith('A')) assert.match(ops, /^[IK]?[UK]*D?$/, `the lines of ${id}`)
  }
}

/** A line may be missing only where compaction had a reason to take it: a newer one, or what retention left of that. */
function mayBeMissing(op: string, position: number, group: readonly DumpLine[]): boolean {
  if (op === 'D' || op === 'A') return false
  return group.some((line) => line.position > position && (line.op === 'U' || line.op === 'K' || line.op === 'D'))
}

/** Messages of authors who go are named after them. */
export const authorOf = (id: string): string => id.replace(/^test:/, '')

/** Of a message retention leaves its id, and compaction a delete where its author is gone. */
const mayStandFor = ({ op, id }: DumpLine, written: string, gone: ReadonlySet<string>): boolean =>
  (written === 'I' || written === 'U') && (op === 'K' || (op === 'D' && gone.has(authorOf(id))))

function judgeReceipt([outcome, id, position]: Told, at: ReadonlyMap<number, DumpLine>, groups: ReadonlyMap<string, readonly DumpLine[]>, gone: ReadonlySet<string>): void {
  const group = groups.get(id) ?? []
  if (outcome === 'known') assert.ok(group.length > 0, `${id} was called known and is not there`)
  if (position === undefined) return
  const op = opOf.get(outcome) ?? outcome
  const line = at.get(position)
  if (line === undefined) assert.ok(mayBeMissing(op, position, group), `${id} was acknowledged as ${outcome} at ${position} and is missing`)
  else assert.deepEqual([mayStandFor(line, op, gone) ? op : line.op, line.id], [op, id], `the line at ${position}`)
  if (op !== 'A' || line?.state === 'deleted' || line?.name !== undefined) return
  assert.ok(group.some((newer) => newer.position > position), `the newest state of the author ${id} lost its name`)
}

/** Throws an AssertionError where something acknowledged is missing, is there twice, or says something else. */
export function judge(acknowledged: readonly Told[], lines: readonly DumpLine[]): void {
  judgeLines(lines)
  const at = new Map(lines.map((line) => [line.position, line]))
  const groups = byId(lines)
  const gone = goneAuthors(lines)
  for (const told of acknowledged) judgeReceipt(told, at, groups, gone)
}

/** The ids and texts that compaction should have taken out of sealed dumps. */
export function overdue(lines: readonly DumpLine[]): string[] {
  const newest = new Map(lines.map((line) => [line.id, line.position]))
  const gone = goneAuthors(lines)
  return lines
    .filter(({ sealed, op, id, position, key, name, state }) => {
      if (!sealed || op === 'D' || op === 'K') return false
      const superseded = (newest.get(id) ?? 0) > position
      return op === 'A' ? (superseded || state === 'deleted') && name !== undefined : superseded || gone.has(key ?? '')
    })
    .map(({ op, id, position }) => `${op} ${id} at ${position}`)
}
