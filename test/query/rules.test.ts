// The small rules that the language is made of.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { splitTime, timeRange } from '../../src/query/bounds.ts'
import { matchesGlob } from '../../src/query/glob.ts'
import { distanceKm } from '../../src/query/places.ts'
import { parseQuery } from '../../src/query/query.ts'
import { relax } from '../../src/query/relax.ts'
import { requiredTerms } from '../../src/query/required.ts'
import { everything, type Query } from '../../src/query/tree.ts'
import { isOneEdit, near } from '../../src/query/typo.ts'

const now = Date.parse('2026-06-15T12:00:00Z')
const query = (text: string): Query => parseQuery(text, { now }).query
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`)

describe('a glob', () => {
  test('fits the whole text: * any run, ? any one character', () => {
    assert.ok(matchesGlob('https://*.example.org/?', 'https://a.b.example.org/x'))
    assert.ok(!matchesGlob('example.org', 'https://example.org'))
    assert.ok(matchesGlob('*', ''))
    assert.ok(!matchesGlob('?', ''))
  })

  test('agrees with a regular expression made of it', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '.', '*', '?'), { maxLength: 8 }).map((all) => all.join(''))
    fc.assert(
      fc.property(letters, fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 8 }), (glob, text) => {
        const pattern = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u')
        assert.equal(matchesGlob(glob, text.join('')), pattern.test(text.join('')))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a typo', () => {
  test('is one letter more, less, other, or two that changed places', () => {
    for (const [a, b] of [['sinces', 'since'], ['sine', 'since'], ['sinse', 'since'], ['form', 'from'], ['untli', 'until']] as const) assert.ok(isOneEdit(a, b), `${a} ${b}`)
    for (const [a, b] of [['since', 'since'], ['sins', 'since'], ['mrof', 'from'], ['', 'ab'], ['abcd', 'badc']] as const) assert.ok(!isOneEdit(a, b), `${a} ${b}`)
  })

  test('of less than four letters is none', () => assert.deepEqual(near('fro', ['from']), []))

  test('is an error only where the value fits and follows at once; else it is text without a word', () => {
    for (const text of ['sinse: 2026-01-01', 'sinse:nothing', 'post:hello', 'Note:this', 'Re:', 'http://x.org', '12:30', 'c:d', 'hosts:all', 'hash:tag']) {
      assert.deepEqual(parseQuery(text, { now }).warnings, [], text)
    }
  })
})

describe('punctuation around a word', () => {
  test('is left out of the query as understood, a sign that stands for a letter is not', () => {
    assert.equal(parseQuery('¿Rain?! wind', { now }).text, 'Rain wind')
    assert.equal(parseQuery('rain⻳ wind', { now }).text, '"rain⻳" (wind OR from:wind)')
  })
})

describe('the distance', () => {
  test('of Ulm and Berlin is 516 km, of antipodes half the way around, of a point to itself nothing', () => {
    assert.ok(Math.abs(distanceKm(48.4, 9.99, 52.52, 13.4) - 516) < 2)
    assert.ok(Math.abs(distanceKm(0, 0, 0, 180) - 20_015) < 1)
    assert.equal(distanceKm(48.4, 9.99, 48.4, 9.99), 0)
  })

  test('does not mind the 180th meridian', () => assert.ok(distanceKm(0, 179.9, 0, -179.9) < 23))
})

describe('the time of a query', () => {
  test('is the common span of what is side by side, and spans all alternatives', () => {
    const june = { since: day('2026-06-01'), until: day('2026-06-03') }
    assert.deepEqual(timeRange(query('rain since:2026-06-01 until:2026-06-02')), june)
    assert.deepEqual(timeRange(query('since:2026-05-01 since:2026-06-01 until:2026-06-02 until:2026-07-01')), june)
    assert.deepEqual(timeRange(query('(since:2026-06-01 until:2026-06-01) OR (since:2026-06-02 until:2026-06-02)')), june)
    assert.deepEqual(timeRange(query('since:2026-06-01 OR rain')), {})
    assert.deepEqual(timeRange(query('since:2026-06-01 OR since:2026-05-01 rain')), { since: day('2026-05-01') })
  })

  test('of what is excluded is what remains', () => {
    assert.deepEqual(timeRange(query('-since:2026-06-01')), { until: day('2026-06-01') })
    assert.deepEqual(timeRange(query('-(since:2026-06-01 until:2026-06-02)')), {})
    assert.deepEqual(timeRange(query('-(until:2026-06-02 OR rain)')), { since: day('2026-06-03') })
  })

  test('can be split off', () => {
    assert.deepEqual(splitTime(query('rain since:2026-06-01 wind')), { range: { since: day('2026-06-01') }, rest: query('rain wind') })
    assert.deepEqual(splitTime(query('since:2026-06-01')), { range: { since: day('2026-06-01') }, rest: everything })
    assert.deepEqual(splitTime(query('since:2026-06-01 OR rain')), { range: {}, rest: query('since:2026-06-01 OR rain') })
  })
})

describe('the required terms', () => {
  const nobody = (): string[] => []
  test('are the rarest that a match cannot lack', () => {
    assert.deepEqual(requiredTerms(query('"heavy rainfall"'), nobody), ['rainfall'])
    assert.deepEqual(requiredTerms(query('lang:de #Köln regen'), nobody), ['#koln'])
    assert.deepEqual(requiredTerms(query('regen lang:de'), nobody), ['regen', 'a=regen', 'u=regen'])
    assert.deepEqual(requiredTerms(query('rain OR wind'), nobody), ['rain', 'wind'])
    assert.deepEqual(requiredTerms(query('from:ann'), () => ['did:plc:a']), ['a=ann', 'u=ann', 'u=did:plc:a'])
    assert.deepEqual(requiredTerms(query('/len50'), nobody), ['t=25', 't=50'])
  })

  test('are none for what can match without any', () => {
    for (const text of ['', '-rain', 'rai*', 'since:1h', 'rain OR -wind', 'near:1,1', '/link=*x*']) assert.equal(requiredTerms(query(text), nobody), undefined, text)
  })
})

describe('what an index does not know', () => {
  const knows = ({ kind }: Query): boolean => kind !== 'box' && kind !== 'link'
  test('is left out so that nothing is lost', () => {
    assert.deepEqual(relax(query('rain /link=*x* wind'), knows), { query: query('rain wind'), exact: false })
    assert.deepEqual(relax(query('rain OR /link=*x*'), knows), { query: everything, exact: false })
    assert.deepEqual(relax(query('-/link=*x*'), knows), { query: everything, exact: false })
    assert.deepEqual(relax(query('-(rain OR wind OR /link=*x*)'), knows), { query: query('-(rain OR wind)'), exact: false })
    assert.deepEqual(relax(query('rain wind'), knows), { query: query('rain wind'), exact: true })
  })
})
