import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { rowFormats, writeRows, type RowFormat, type Sheet } from '../../src/cli/rows.ts'
import { broken, paper } from './fixtures.ts'

interface Town {
  readonly name: string
  readonly people?: number
}
const towns: readonly Town[] = [{ name: 'Ulm', people: 126_000 }, { name: 'Köln, "am Rhein"' }]
const sheet: Sheet<Town> = { columns: { name: (town) => town.name, people: (town) => town.people } }
const never = new AbortController().signal

async function print(format: RowFormat, rows: Iterable<Town> | AsyncIterable<Town> = towns, how = sheet): Promise<string> {
  const { out, text } = paper()
  await writeRows(rows, how, { format, out, signal: never })
  return text()
}

describe('rows', () => {
  test('json is one list, a row a line', async () => {
    assert.equal(await print('json'), '[\n{"name":"Ulm","people":126000},\n{"name":"Köln, \\"am Rhein\\""}\n]\n')
    assert.deepEqual(JSON.parse(await print('json', [])), [])
  })

  test('ndjson', async () => {
    assert.deepEqual((await print('ndjson')).trimEnd().split('\n').map((line) => JSON.parse(line)), towns)
    assert.equal(await print('ndjson', []), '')
  })

  test('csv has the names of the columns first', async () => assert.equal(await print('csv'), 'name,people\r\nUlm,126000\r\n"Köln, ""am Rhein""",\r\n'))

  test('txt is an aligned table', async () => {
    assert.equal(await print('txt'), ['name              people', 'Ulm               126000', 'Köln, "am Rhein"', ''].join('\n'))
    assert.equal(await print('txt', []), 'name  people\n')
  })

  test('or a line of its own', async () => assert.equal(await print('txt', towns, { ...sheet, line: ({ name }) => `* ${name}` }), '* Ulm\n* Köln, "am Rhein"\n'))

  test('a long table is printed as it comes once the widths are known', async () => {
    const many = Array.from({ length: 1000 }, (_, people) => ({ name: 'x', people }))
    const lines = (await print('txt', many)).trimEnd().split('\n')
    assert.equal(lines.length, 1001)
    assert.deepEqual([lines[0], lines[1], lines[1000]], ['name  people', 'x     0', 'x     999'])
  })

  test('a table does not wait for its end', async () => {
    const { out, text } = paper()
    const seen: boolean[] = []
    async function* slow(): AsyncGenerator<Town> {
      for (let i = 0; i < 300; i++) {
        seen.push(text() !== '')
        yield { name: 'x' }
      }
    }
    await writeRows(slow(), sheet, { format: 'txt', out, signal: never, batch: 0 })
    assert.deepEqual([seen[0], seen.at(-1)], [false, true])
  })

  test('txt cannot command a terminal nor break its line', async () => {
    const hostile = [{ name: 'a\u001B[2Jb\nc\u009Bd\u2028e' }]
    assert.equal((await print('txt', hostile)).split('\n')[1], 'a [2Jb c d e')
    assert.equal(await print('txt', hostile, { ...sheet, line: ({ name }) => name }), 'a [2Jb c d e\n')
  })

  test('are counted', async () => {
    for (const format of rowFormats) assert.equal(await writeRows(towns, sheet, { format, out: paper().out, signal: never }), 2)
  })

  test('are taken no faster than they are read, and closed when the reader is gone', async () => {
    let given = 0
    let closed = false
    async function* endless(): AsyncGenerator<Town> {
      try {
        for (;;) yield { name: `town ${given++}` }
      } finally {
        closed = true
      }
    }
    const out = broken('EPIPE')
    out.on('error', () => {})
    await assert.rejects(writeRows(endless(), sheet, { format: 'ndjson', out, signal: never, batch: 100 }), { code: 'OUTPUT_UNWRITABLE' })
    assert.ok(given < 10)
    assert.ok(closed)
  })

  test('end with the abort', async () => {
    const stop = new AbortController()
    async function* endless(): AsyncGenerator<Town> {
      for (let i = 0; ; i++) {
        if (i === 50) stop.abort(new Error('enough'))
        yield { name: 'x' }
      }
    }
    await assert.rejects(writeRows(endless(), sheet, { format: 'csv', out: paper().out, signal: stop.signal, batch: 0 }), { message: 'enough' })
  })

  test('with a batch of 0 each row is written as it comes', async () => {
    const chunks: string[] = []
    const out = new Writable({ decodeStrings: false, write: (chunk, _encoding, done) => { chunks.push(String(chunk)); done() } })
    await writeRows(towns, sheet, { format: 'ndjson', out, signal: never, batch: 0 })
    assert.equal(chunks.length, 2)
  })
})
