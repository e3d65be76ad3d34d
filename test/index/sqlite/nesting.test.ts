import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Database, numberIn } from '../../../src/index/sqlite/files/database.ts'
import { partitionSchema } from '../../../src/index/sqlite/files/partition.ts'
import { expression } from '../../../src/index/sqlite/read/expression.ts'
import { match } from '../../../src/query/match.ts'
import { parseQuery } from '../../../src/query/query.ts'
import type { Query } from '../../../src/query/tree.ts'
import { message, today } from '../made.ts'

/** Every message that has some of a few words, as FTS5 knows it. */
const letters = ['a', 'b', 'c', 'd']
const messages = Array.from({ length: 2 ** letters.length }, (_, n) => message({ id_str: `${n}`, text: letters.filter((_, bit) => (n & (1 << bit)) !== 0).join(' ') }))
const db = new Database(':memory:', { cache: 2 ** 20, readOnly: false })
db.exec(partitionSchema)
for (const { id_str, text } of messages) db.run('INSERT INTO terms (rowid, text) VALUES (CAST(? AS INTEGER), ?)', Number(id_str), `= ${text}`)

const found = (query: Query): number[] => db.all('SELECT rowid FROM terms WHERE terms MATCH ? ORDER BY rowid', expression(query, () => [])).map((row) => numberIn(row, 0))
const matching = (query: Query): number[] => messages.filter((message) => match(query, message)).map(({ id_str }) => Number(id_str))

/** How one level stands around the one inside it. */
const levels: ((word: string, inner: string) => string)[] = [
  (word, inner) => `"${word}" (${inner})`,
  (word, inner) => `"${word}" OR (${inner})`,
  (word, inner) => `"${word}" -(${inner})`,
  (word, inner) => `"${word}" OR -(${inner})`,
  (word, inner) => `-"${word}" (${inner})`,
  (word, inner) => `-(-"${word}" OR (${inner}))`,
  (word, inner) => `-("${word}" -(${inner}))`,
]

/** As deep as the language allows: levels of a pattern, one in the other, until one more would be too much. */
function deepest(pattern: readonly number[]): Query {
  let text = '"a" "b"'
  let query = parseQuery(text, { now: today }).query
  for (let i = 0; i < 64; i++) {
    const level = levels[pattern[i % pattern.length] ?? 0]
    if (level === undefined) break
    text = level(letters[i % letters.length] ?? '', text)
    try {
      ;({ query } = parseQuery(text, { now: today }))
    } catch {
      break
    }
  }
  return query
}

describe('the deepest query that is allowed', () => {
  it('is asked of FTS5 as the live matcher decides it, however its levels take turns', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: levels.length - 1 }), { minLength: 1, maxLength: 4 }), (pattern) => {
        const query = deepest(pattern)
        assert.deepEqual(found(query), matching(query))
      }),
      { numRuns: 20, examples: [[[0, 1]], [[1, 0]], [[2, 3]], [[3]], [[0, 3]], [[4, 1]], [[5]], [[6]], [[4, 3]]] },
    )
  })
  it('leaves an exclusion as it is where none is nested in it, which is quicker', () => {
    assert.equal(expression(parseQuery('"a" -("b" "c")', { now: today }).query, () => []), '("a" NOT (("b" AND "c")))')
  })
})
