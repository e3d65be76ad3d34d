import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { readProperties } from '../../src/settings/properties.ts'

const pairs = (text: string): [string, string][] => readProperties(text).map(({ key, value }) => [key, value])

describe('properties form', () => {
  test('three separators, blanks around them do not count', () => {
    assert.deepEqual(pairs('a=1\nb: 2\nc 3\nd = 4\ne\t=\t5'), [['a', '1'], ['b', '2'], ['c', '3'], ['d', '4'], ['e', '5']])
  })

  test('only the first separator separates', () => {
    assert.deepEqual(pairs('url=wss://a/?x=1:2\nkey = = y'), [['url', 'wss://a/?x=1:2'], ['key', '= y']])
  })

  test('comments, empty lines and a byte order mark are skipped', () => {
    assert.deepEqual(pairs('\uFEFF# one\n  ! two \\\n\n   \na=#1'), [['a', '#1']])
  })

  test('a key may have no value', () => assert.deepEqual(pairs('a=\nb\n'), [['a', ''], ['b', '']]))

  test('a line that ends in an odd number of backslashes goes on, without the blanks before the next', () => {
    assert.deepEqual(pairs('list=a,\\\n   b,\\\r\n\t#c\nend=x\\\\\nz=1'), [['list', 'a,b,#c'], ['end', 'x\\'], ['z', '1']])
    assert.deepEqual(pairs('last=a\\'), [['last', 'a']])
  })

  test('escapes, in keys as well', () => {
    assert.deepEqual(pairs(String.raw`a\=b\:c\ d=tab\there\u00e4\uD83D\uDE00\q`), [['a=b:c d', 'tab\there\u00e4😀q']])
  })

  test('UTF-8 is taken as it is, and blanks at the end stay', () => assert.deepEqual(pairs('name=Köln 😀 '), [['name', 'Köln 😀 ']]))

  test('line numbers are those of the file', () => {
    assert.deepEqual(readProperties('# 1\na=\\\n2\r\n\rb=5').map(({ key, line }) => [key, line]), [['a', 2], ['b', 5]])
  })

  test(String.raw`a \u without four hexadecimal digits is told, \\u is not one`, () => {
    assert.deepEqual(readProperties(String.raw`a=C:\users
b=C:\\users
c=\u00e4`).map(({ malformed }) => malformed), [true, false, false])
  })

  test('what is escaped as Java escapes it comes back', () => {
    const escape = (text: string): string => text.replaceAll(/[\\=:#! ]/g, '\\$&').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\f', '\\f')
    const word = fc.string({ minLength: 1 })
    fc.assert(fc.property(fc.array(fc.tuple(word, word), { maxLength: 5 }), (entries) => {
      assert.deepEqual(pairs(entries.map(([key, value]) => `  ${escape(key)} = ${escape(value)}\n`).join('')), entries)
    }))
  })
})
