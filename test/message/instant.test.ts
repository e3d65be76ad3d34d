import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import * as fc from 'fast-check'
import { readInstant } from '../../src/message/instant.ts'

const zone = process.env['TZ']
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

/** ISO 8601, with `?` behind what had to be interpreted; undefined for no time at all. */
function read(text: string): string | undefined {
  const instant = readInstant(text)
  return instant === undefined ? undefined : `${new Date(instant.time).toISOString()}${instant.zoned ? '' : '?'}`
}

const examples: readonly (readonly [string, string | undefined])[] = [
  ['2024-05-25T10:00:00Z', '2024-05-25T10:00:00.000Z'],
  ['2024-05-25t10:00:00.123456789z', '2024-05-25T10:00:00.123Z'],
  ['2024-05-25T10:00:00+02:00', '2024-05-25T08:00:00.000Z'],
  ['2024-05-25 10:00 -0530', '2024-05-25T15:30:00.000Z'],
  ['2024-05-25T10:00:00', '2024-05-25T10:00:00.000Z?'],
  ['2024-05-25 10:00', '2024-05-25T10:00:00.000Z?'],
  ['2024-05-25', '2024-05-25T00:00:00.000Z?'],
  ['Wed Aug 27 13:08:45 +0000 2008', '2008-08-27T13:08:45.000Z'],
  ['Sat, 25 May 2024 10:00:00 GMT', '2024-05-25T10:00:00.000Z'],
  ['Sat May 25 2024 10:00:00 GMT+0200 (CEST)', '2024-05-25T08:00:00.000Z'],
  ['Sat May 25 2024 10:00', '2024-05-25T10:00:00.000Z?'],
  ['May 5, 2024 3:04 PM', '2024-05-05T15:04:00.000Z?'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['2023-02-29T00:00:00Z', undefined],
  ['2024-02-30T00:00:00Z', undefined],
  ['2024-04-31', undefined],
  ['2024-13-01', undefined],
  ['Feb 30 2024 10:00 GMT', undefined],
  ['2024-05-25T25:00:00Z', undefined],
  ['12', undefined],
  ['post 12', undefined],
  ['Tue', undefined],
  ['', undefined],
]

for (const place of ['UTC', 'America/New_York', 'Asia/Kathmandu']) {
  test(`a moment is the same on a machine in ${place}`, () => {
    process.env['TZ'] = place
    for (const [text, expected] of examples) assert.equal(read(text), expected, text)
  })
}

test('property: what Date writes is read back as it was', () => {
  process.env['TZ'] = 'America/New_York'
  fc.assert(fc.property(fc.date({ min: new Date('1971-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }), (date) => {
    assert.deepEqual(readInstant(date.toISOString()), { time: date.getTime(), zoned: true })
    assert.deepEqual(readInstant(date.toISOString().slice(0, -1)), { time: date.getTime(), zoned: false })
    const seconds = Math.floor(date.getTime() / 1000) * 1000
    for (const text of [date.toUTCString(), date.toString()]) assert.deepEqual(readInstant(text), { time: seconds, zoned: true })
  }))
})

test('property: no text throws', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]?[\d:.Z+-]{0,12}$/)), (text) => void readInstant(text)))
})
