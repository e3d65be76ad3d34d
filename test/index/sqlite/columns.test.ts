import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeChunk, encodeChunk, maxCount, rowsOf, type ColumnRow } from '../../../src/index/sqlite/files/chunk.ts'
import { appendRows, chunksAfter, compactRows, firstChunk } from '../../../src/index/sqlite/files/column-feed.ts'
import { Columns } from '../../../src/index/sqlite/files/columns.ts'
import { Database } from '../../../src/index/sqlite/files/database.ts'
import { partitionSchema } from '../../../src/index/sqlite/files/partition.ts'

const count = fc.integer({ min: 0, max: maxCount })
const row: fc.Arbitrary<ColumnRow> = fc.record(
  {
    rid: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
    at: fc.maxSafeInteger(), seen: fc.maxSafeInteger(), retweets: count, favourites: count, live: fc.boolean(), classNumber: fc.nat(), values: fc.array(count, { maxLength: 5 }),
  },
  { noNullPrototype: true },
)
const rows = fc.array(row, { maxLength: 60 })

const newest = (rows: readonly ColumnRow[]): Map<number, ColumnRow> => new Map(rows.map((row) => [row.rid, row]))
const rowsIn = (columns: Columns): Map<number, ColumnRow> => newest(Array.from({ length: columns.size }, (_, ordinal) => columns.row(ordinal)))

describe('columns', () => {
  it('a chunk is read back as it was written, from any place in memory', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 9 }), (rows, shift) => {
        const bytes = encodeChunk(rows)
        const moved = new Uint8Array(bytes.length + shift).subarray(shift)
        moved.set(bytes)
        assert.deepEqual(rowsOf(decodeChunk(moved)), rows)
      }),
    )
  })
  it('counts beyond 32 bits rank as the highest', () => {
    const [read] = rowsOf(decodeChunk(encodeChunk([{ rid: 1, at: 0, seen: 0, retweets: 2 ** 40, favourites: maxCount + 1, live: true, classNumber: 1, values: [] }])))
    assert.deepEqual([read?.retweets, read?.favourites], [maxCount, maxCount])
  })
  it('in memory have the newest row of each message, however often chunks come', () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 6 }), (batches) => {
        const columns = new Columns()
        for (const batch of batches) columns.add(decodeChunk(encodeChunk(batch)))
        const expected = newest(batches.flat())
        assert.deepEqual(rowsIn(columns), expected)
        for (const rid of expected.keys()) assert.equal(columns.rid[columns.find(rid)], rid)
        assert.equal(columns.find(41), expected.has(41) ? columns.find(41) : -1)
      }),
    )
  })
  it('in memory are gone at once when freed', () => {
    const columns = new Columns()
    const row: ColumnRow = { rid: 5, at: 1, seen: 1, retweets: 1, favourites: 1, live: true, classNumber: 1, values: [1, 2] }
    columns.add(decodeChunk(encodeChunk([row])))
    const { at } = columns
    columns.free()
    assert.deepEqual([columns.size, columns.bytes, at.length, columns.find(5)], [0, 0, 0, -1])
  })
  it('in memory grow past any first size', () => {
    const columns = new Columns()
    const many = Array.from({ length: 5000 }, (_, i): ColumnRow => ({ rid: i * 2 ** 20 + (i % 7), at: i, seen: i, retweets: i, favourites: 0, live: true, classNumber: 1, values: [i, i + 1] }))
    for (let i = 0; i < many.length; i += 100) columns.add(decodeChunk(encodeChunk(many.slice(i, i + 100))))
    assert.deepEqual(columns.row(columns.find(4999 * 2 ** 20 + 1)), many[4999])
    assert.equal(columns.size, 5000)
  })
})

describe('the feed of columns', () => {
  const open = (): Database => {
    const db = new Database(':memory:', { cache: 2 ** 20, readOnly: false })
    db.exec(partitionSchema)
    return db
  }
  /** What a reader has that has read up to `seq`, after reading on. */
  const readOn = (db: Database, from: { columns: Columns; seq: number }): { columns: Columns; seq: number } => {
    const begins = firstChunk(db) > from.seq + 1
    const columns = begins ? new Columns() : from.columns
    let seq = begins ? 0 : from.seq
    for (const chunk of chunksAfter(db, seq)) {
      columns.add(chunk.chunk)
      ;({ seq } = chunk)
    }
    return { columns, seq }
  }
  const liveRows = (columns: Columns): ColumnRow[] => [...rowsIn(columns).values()].filter(({ live }) => live).sort((a, b) => a.rid - b.rid)

  it('gives every reader the same, whenever it reads and whatever is written anew', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(rows, fc.boolean(), fc.boolean()), { maxLength: 12 }), (steps) => {
        const db = open()
        let reader = { columns: new Columns(), seq: 0 }
        const all: ColumnRow[] = []
        for (const [batch, reads, compacts] of steps) {
          appendRows(db, batch)
          all.push(...batch)
          if (compacts) compactRows(db, -2000)
          if (reads) reader = readOn(db, reader)
        }
        const expected = [...newest(all).values()].filter(({ live }) => live).sort((a, b) => a.rid - b.rid)
        assert.deepEqual(liveRows(readOn(db, reader).columns), expected)
        assert.deepEqual(liveRows(readOn(db, { columns: new Columns(), seq: 0 }).columns), expected)
        db.close()
      }),
      { numRuns: 50 },
    )
  })
  it('holds few chunks after many small batches, and not many outdated rows after many edits', () => {
    const db = open()
    const rowOf = (rid: number): ColumnRow => ({ rid, at: rid, seen: rid, retweets: 0, favourites: 0, live: true, classNumber: 1, values: [1] })
    for (let i = 0; i < 1200; i++) appendRows(db, [rowOf(i)])
    assert.ok(chunksAfter(db, 0).length <= 3)
    for (let edits = 0; edits < 20; edits++) {
      appendRows(db, Array.from({ length: 1200 }, (_, i) => rowOf(i)))
      compactRows(db, 1200)
    }
    assert.ok(chunksAfter(db, 0).reduce((sum, { chunk }) => sum + chunk.rid.length, 0) <= 3 * 1200 + 2048)
    db.close()
  })
})
