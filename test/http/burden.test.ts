import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { conditionsOf, createBurden } from '../../src/http/stream/burden.ts'
import { parseQuery } from '../../src/query/query.ts'
import { refusedWith } from './open.ts'

const query = (text: string) => parseQuery(text, { now: 0 }).query

test('a query has as many conditions as words, tags and operators; what looks at every word or link is dear', () => {
  for (const [text, conditions] of [['-rain', 1], ['"heavy rain" -sun', 3], ['#a OR (#b -#c)', 3], ['rain*', 16], ['/link=*x*', 16], ['', 1]] as const) assert.equal(conditionsOf(query(text)), conditions, text)
})

test('an address has so many conditions, however they are spread, and what ended makes room', () => {
  const burden = createBurden({ perAddress: 3, total: 100 })
  const [one, two, other, owner] = [burden.carrier('a'), burden.carrier('a'), burden.carrier('b'), burden.carrier(null)]
  one.carry('x', query('-rain -sun'))
  two.carry('', query('-wind'))
  assert.throws(() => two.carry('y', query('-snow')), refusedWith('OVERLOADED', 'queries of this address would have more than 3 conditions'))
  other.carry('', query('-snow -fog -ice'))
  owner.carry('', query('-a -b -c -d'))
  one.carry('x', query('-rain'))
  two.carry('y', query('-snow'))
  one.leave()
  two.carry('z', query('-fog'))
})

test('equal queries count once, of one address as of many', () => {
  const burden = createBurden({ perAddress: 3, total: 3 })
  const carriers = Array.from({ length: 50 }, (_, i) => burden.carrier(String(i % 5)))
  for (const carrier of carriers) carrier.carry('', query('-rain -sun'))
  assert.throws(() => burden.carrier('x').carry('', query('-wind -ice')), refusedWith('OVERLOADED', 'All queries would have more than 3 conditions'))
  for (const carrier of carriers) carrier.leave()
  burden.carrier('x').carry('', query('-wind -ice'))
})

test('a change that is refused leaves what was', () => {
  const burden = createBurden({ perAddress: 2, total: 2 })
  const one = burden.carrier('a')
  one.carry('x', query('-rain'))
  assert.throws(() => one.carry('x', query('-a -b -c')), refusedWith('OVERLOADED', '2 conditions'))
  one.carry('y', query('-sun'))
  assert.throws(() => one.carry('z', query('-ice')), refusedWith('OVERLOADED', ''))
})

test('property: when all have left, there is room for all that fits', () => {
  const text = fc.constantFrom('-a', '-b', '-a -b', '-c -d -e', undefined)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y'), text), { maxLength: 30 }), (steps) => {
      const burden = createBurden({ perAddress: 4, total: 6 })
      const carriers = ['a', 'a', 'b', null].map((who) => burden.carrier(who))
      for (const [at, id, text] of steps) {
        try {
          carriers[at]?.carry(id, text === undefined ? undefined : query(text))
        } catch (error) {
          assert.ok(refusedWith('OVERLOADED', 'conditions')(error))
        }
      }
      for (const carrier of carriers) carrier.leave()
      for (const who of ['a', 'b']) {
        const last = burden.carrier(who)
        last.carry('', query('-f -g -h -i'))
        last.leave()
      }
    }),
  )
})
