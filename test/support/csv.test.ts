import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { csvLine } from '../../src/support/csv.ts'

/** A strict reader of RFC 4180 for one line. */
function readLine(line: string): string[] {
  const cells: string[] = []
  let rest = line.replace(/\r\n$/, '')
  for (;;) {
    const [whole = '', quoted, bare = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))/.exec(rest) ?? []
    cells.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'))
    rest = rest.slice(whole.length)
    if (rest === '') return cells
    assert.equal(rest[0], ',')
    rest = rest.slice(1)
  }
}

describe('a line of CSV', () => {
  test('quotes what needs it', () => {
    assert.equal(csvLine(['a', 'b,c', 'say "hi"', 'two\nlines', ' blank ', '']), 'a,"b,c","say ""hi""","two\nlines"," blank ",\r\n')
  })

  test('keeps numbers, leaves out what is not there, writes lists as JSON', () => {
    assert.equal(csvLine([-1, 2.5, true, undefined, null, ['x', 'y']]), '-1,2.5,true,,,"[""x"",""y""]"\r\n')
  })

  test('never starts a text like a formula', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠x']) {
      assert.equal(readLine(csvLine([text]))[0], `'${text}`)
    }
  })

  test('is read back as it was written', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'ä', '"', ',', '\n', '\r', ' ', '=', '-', '😀') }), { minLength: 1 }), (cells) => {
      assert.deepEqual(readLine(csvLine(cells)), cells.map((cell) => (/^[=\-\r\n]/.test(cell) ? `'${cell}` : cell)))
    }))
  })
})
