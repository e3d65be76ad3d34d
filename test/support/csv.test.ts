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
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '"=1', "'=1", '＝1', '＋1', '－1', '＠x']) {
      assert.equal(readLine(csvLine([text]))[0], `'${text}`)
    }
  })

  test('has none where another separator would make a cell begin', () => {
    for (const [text, written] of [
      ['hi;=1+1', "hi;'=1+1"],
      ['hi\n=1+1', "hi\n'=1+1"],
      ['hi\r\n=1+1', "hi\r'\n'=1+1"],
      ['hi\t@x', "hi\t'@x"],
      ['\t=1', "'\t'=1"],
      ['hi;"=1+1"', 'hi;\'"=1+1"'],
      ['a;b; c = d - e, =f', 'a;b; c = d - e, =f'],
      ['x;-)', "x;'-)"],
    ] as const) assert.equal(readLine(csvLine([text]))[0], written)
    assert.equal(csvLine([['a;=1']]), `"[""a;'=1""]"\r\n`)
  })

  /** What docs/api.md tells to do. */
  const asWritten = (cell: string): string => cell.replaceAll(/(^|[;\t\r\n])'(?=[\s"']*[=+\-@＝＋－＠])/g, '$1')

  test('is read back as it was written', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ä', '"', ',', '\n', '\r', '\t', ';', "'", ' ', '=', '-', '😀') })
    fc.assert(fc.property(fc.array(text, { minLength: 1 }), (cells) => {
      const read = readLine(csvLine(cells))
      assert.deepEqual(read.map(asWritten), cells)
      for (const part of read.flatMap((cell) => cell.split(/[;\t\r\n]/))) assert.doesNotMatch(part, /^[\s"]*[=-]/)
    }))
  })
})
