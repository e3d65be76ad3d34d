import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BadQuery } from '../../src/query/bad-query.ts'
import { splitTime, timeRange } from '../../src/query/bounds.ts'
import { compileQuery, subject } from '../../src/query/match.ts'
import { normal } from '../../src/query/normal.ts'
import { printQuery } from '../../src/query/print.ts'
import { maxQueryBytes, parseQuery } from '../../src/query/query.ts'
import { relax } from '../../src/query/relax.ts'
import { requiredTerms } from '../../src/query/required.ts'
import { allOf } from '../../src/query/normal.ts'
import { time, type Query } from '../../src/query/tree.ts'
import { anyMessage, authorKeys, joined, normalTree, now, queryText, tree } from './arbitrary.ts'

const runs = { numRuns: 2000 }

/** What a text means; undefined where it is answered with an error. Any other error than ours fails the test. */
function parsed(text: string, timezoneOffset = 0): ReturnType<typeof parseQuery> | undefined {
  try {
    return parseQuery(text, { now, timezoneOffset })
  } catch (error) {
    assert.ok(error instanceof BadQuery, String(error))
    assert.equal(error.status, 400)
    assert.ok(Number.isInteger(error.column) && error.column >= 1 && error.column <= Array.from(text).length + 1)
    assert.ok(error.expected !== '' && error.suggestion !== '')
    assert.doesNotThrow(() => parseQuery(error.suggestion, { now, timezoneOffset }), `${text}: ${error.suggestion}`)
    return undefined
  }
}

describe('reading and printing', () => {
  test('any text is a query, or is answered with an error that says where and what', () => {
    fc.assert(
      fc.property(queryText, (text) => {
        const result = parsed(text)
        for (const warning of result?.warnings ?? []) assert.ok(warning.column >= 1 && warning.column <= Array.from(text).length + 1)
      }),
      { numRuns: 10_000 },
    )
  })

  test('what is printed is read back as the same tree, without a doubt', () => {
    fc.assert(
      fc.property(queryText, fc.constantFrom(0, -120, 330), (text, timezoneOffset) => {
        const result = parsed(text, timezoneOffset)
        if (result === undefined || Buffer.byteLength(result.text) > maxQueryBytes) return
        const again = parseQuery(result.text, { now: now + 1, timezoneOffset: -timezoneOffset })
        assert.deepEqual(again.query, result.query)
        assert.equal(again.text, result.text)
        assert.deepEqual(again.warnings.filter(({ message }) => !/no message can match|glob|no network|no language|languages are written/u.test(message)), [])
      }),
      { numRuns: 10_000 },
    )
  })

  test('a random tree is printed and read back as the same tree', () => {
    fc.assert(
      fc.property(normalTree, (query) => {
        const text = printQuery(query)
        fc.pre(Buffer.byteLength(text) <= maxQueryBytes && JSON.stringify(query).split('"kind"').length - 1 <= 64)
        assert.deepEqual(parseQuery(text, { now }).query, query)
      }),
      runs,
    )
  })

  test('the normal form of a normal form is itself, and the tree is frozen', () => {
    const frozen = (query: Query): boolean =>
      Object.isFrozen(query) &&
      (query.kind === 'and' ? Object.isFrozen(query.all) && query.all.every(frozen) : query.kind === 'or' ? Object.isFrozen(query.any) && query.any.every(frozen) : query.kind === 'not' ? frozen(query.none) : true)
    fc.assert(
      fc.property(normalTree, (query) => {
        assert.deepEqual(normal(query), query)
        assert.ok(frozen(query))
      }),
      runs,
    )
  })
})

describe('what is derived from a query holds for every message that matches', () => {
  const matches = (query: Query, message: Parameters<typeof subject>[0]): boolean => compileQuery(query, authorKeys)(subject(message))

  test('normal form, apart from the rules of a group, keeps the meaning', () => {
    // Without plain words and boxes no rule of a group applies, except that ids side by side are alternatives.
    const ruled = (query: Query): boolean =>
      query.kind === 'and' ? query.all.some(ruled) : query.kind === 'or' ? query.any.some(ruled) : query.kind === 'not' ? ruled(query.none) : query.kind === 'box' || query.kind === 'id' || (query.kind === 'words' && !query.quoted)
    fc.assert(
      fc.property(tree.filter((query) => !ruled(query)), anyMessage, (query, message) => assert.equal(matches(normal(query), message), matches(query, message))),
      { numRuns: 1000 },
    )
  })

  test('timeRange: nothing outside matches', () => {
    fc.assert(
      fc.property(fc.oneof(normalTree, joined), anyMessage, (query, message) => {
        const { since = -Infinity, until = Infinity } = timeRange(query)
        const at = Date.parse(message.created_at)
        assert.ok(!matches(query, message) || (since <= at && at < until))
      }),
      runs,
    )
  })

  test('splitTime: the span and the rest are the query', () => {
    fc.assert(
      fc.property(normalTree, anyMessage, (query, message) => {
        const { range, rest } = splitTime(query)
        const together = Object.keys(range).length === 0 ? rest : allOf([time(range), rest])
        assert.equal(matches(together, message), matches(query, message))
      }),
      runs,
    )
  })

  test('requiredTerms: every match has one of them', () => {
    fc.assert(
      fc.property(fc.oneof(normalTree, joined), anyMessage, (query, message) => {
        const terms = requiredTerms(query, authorKeys)
        const { terms: has } = subject(message)
        assert.ok(!matches(query, message) || terms === undefined || terms.some((term) => has.has(term)))
      }),
      runs,
    )
  })

  test('relax: loses no match, and where it is exact adds none', () => {
    fc.assert(
      fc.property(normalTree, anyMessage, fc.subarray(['time', 'box', 'circle', 'link', 'id', 'words']), (query, message, unknown) => {
        const relaxed = relax(query, (leaf) => !unknown.includes(leaf.kind))
        if (matches(query, message)) assert.ok(matches(relaxed.query, message))
        if (relaxed.exact) assert.deepEqual(relaxed.query, query)
      }),
      runs,
    )
  })
})
