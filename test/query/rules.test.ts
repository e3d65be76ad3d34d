// The small rules that the language is made of.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BadQuery } from '../../src/query/bad-query.ts'
import { splitTime, timeRange } from '../../src/query/bounds.ts'
import { readDate } from '../../src/query/dates.ts'
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
  test('takes one character for a ?, also one that is two units', () => {
    for (const [glob, fits] of [['x/?', true], ['x/??', false], ['x/*?', true], ['*??', true], ['x/?*', true], ['?????', false], ['*/*??', false]] as const) assert.equal(matchesGlob(glob, 'x/😀'), fits, glob)
  })
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

  test('is an error only where the value fits and follows at once; else it is text with a warning', () => {
    for (const text of ['sinse:nothing', 'post:hello', 'Note:this', 'hosts:all', 'hash:tag', 'hash:"a tag"', 'au:-1', 'lan:@en']) {
      const { text: understood, warnings } = parseQuery(text, { now })
      assert.deepEqual([understood.startsWith('"'), warnings.length], [true, 1], text)
    }
  })

  test('is not looked for in what is no operator at all', () => {
    for (const text of ['sinse: 2026-01-01', 'Re:', 'http://x.org', '12:30', 'c:d', 'std::string', 'did:plc:ann', 'mailto:ann@example.org', '/usr/bin', '/image/png', 'and/or']) {
      assert.deepEqual(parseQuery(text, { now }).warnings, [], text)
    }
  })

  test('in a network is told, and what the original knew is none', () => {
    for (const [text, networks] of [['source:bluesky,blusky,mastdon', ['blusky', 'mastdon']], ['source:twitter,sample,rss,Generic', []], ['source:Blue-sky', []]] as const) {
      assert.deepEqual(parseQuery(text, { now }).warnings.flatMap(({ message }) => /^no network (\S+)/.exec(message)?.[1] ?? []), networks, text)
    }
  })
})

describe('a doubt about a language', () => {
  test('is told where there is none of that code, or it has a shorter one', () => {
    const doubts = (text: string): string[] => parseQuery(text, { now }).warnings.map(({ column, message }) => `${column} ${message.split(/[;:]/u, 1)[0]}`)
    assert.deepEqual(doubts('lang:jp'), ['6 no language has the code jp'])
    assert.deepEqual(doubts('rain lang:en,XX'), ['11 no language has the code xx'])
    assert.deepEqual(doubts('lang:deu'), ['6 languages are written with two letters where they have them'])
    assert.deepEqual(doubts('lang:de,en-US,pt_BR,gsw,ja'), [])
  })
})

describe('a suggestion', () => {
  const suggested = (text: string): string => {
    try {
      return parseQuery(text, { now }).text
    } catch (error) {
      return error instanceof BadQuery ? error.suggestion : String(error)
    }
  }
  test('does not fail itself', () => {
    assert.deepEqual(['near:"Ulm', '"', 'rain "', 'heavy "rain'].map(suggested), ['near:52.52,13.40,25', '"heavy rain"', 'rain', 'heavy "rain"'])
  })
})

describe('a date', () => {
  const clock = { now, timezoneOffset: 0 }
  test('reaches to the end of what can be written, wherever one lives', () => {
    assert.deepEqual([query('until:9999-12-31'), query('-until:9999-12-31'), query('until:9999-12-30').kind], [query(''), query('-""') , 'time'])
    for (const timezoneOffset of [-840, 0, 720]) {
      for (const text of ['until:9999-12-31', 'since:9999-12-31T23:59:59-12:00', 'since:0000-01-01', 'since:0000-01-01T00:00:00+14:00', 'since:999999w']) {
        const parsed = parseQuery(text, { now, timezoneOffset })
        assert.deepEqual(parseQuery(parsed.text, { now }).query, parsed.query, text)
      }
    }
  })

  test('has a zone that a clock can show', () => {
    for (const zone of ['+24:00', '+99:00', '+01:75', '-00:60']) assert.equal(typeof readDate(`2026-01-31T18:00:00${zone}`, false, clock), 'object', zone)
    assert.equal(readDate('2026-01-31T18:00:00+23:59', false, clock), Date.parse('2026-01-31T18:00:00+23:59'))
  })

  test('that is none is answered with one that is', () => {
    const written = fc.oneof(fc.string(), fc.stringMatching(/^-?(\d{0,7} ?([smhdwyM]|mo|days?|hours?|years?|month|x) ?){1,3}$/u), fc.stringMatching(/^\d{1,4}[-./]?\d{0,2}[-./]?\d{0,4}$/u))
    fc.assert(fc.property(written, fc.boolean(), (value, whole) => {
      const read = readDate(value, whole, clock)
      if (typeof read === 'object') assert.equal(typeof readDate(read.suggestion, whole, clock), 'number', `${value}: ${read.suggestion}`)
    }), { numRuns: 2000 })
  })

  test('written as a span in other words is put into ours', () => {
    for (const [value, meant] of [['2 days', '2d'], ['1d12h', '36h'], ['1mo', '30d'], ['3years', '1095d'], ['14days', '2w'], ['year', '365d'], ['90 min', '90m']]) {
      const read = readDate(value ?? '', false, clock)
      assert.equal(typeof read === 'object' && read.suggestion, meant, value)
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
