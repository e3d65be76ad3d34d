import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streaming } from '../../src/settings/options/streaming.ts'

const read = (prefix: string) => streaming['stream.mqtt.prefix'].kind.parse(prefix, '/')

test('a topic prefix is what may begin a topic', () => {
  for (const prefix of ['', 'loklak/', 'a/b/c/', 'über/']) assert.deepEqual(read(prefix), { value: prefix })
})

test('one with which no broker would take anything is refused at the start, with a reason', () => {
  for (const prefix of ['a/#/', 'a/+/', '$SYS/', 'a\0b', 'a\nb', 'a\uFFFFb', 'a\uD800b', 'x'.repeat(81)]) {
    const parsed = read(prefix)
    assert.ok('wrong' in parsed, JSON.stringify(prefix))
    assert.match(parsed.wrong, /none of them \+ # or a control character, and the first not \$/)
  }
})
