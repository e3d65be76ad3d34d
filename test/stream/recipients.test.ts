import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createRecipients, type Recipient } from '../../src/stream/recipients.ts'

const recipient = (): Recipient => ({ unsure: -1 })

test('who was sent something is remembered until it ended', () => {
  const recipients = createRecipients(10)
  const [ann, bob] = [recipient(), recipient()]
  recipients.add('a', 5, ann)
  recipients.add('a', 5, bob)
  assert.deepEqual([recipients.mayHave('a', 5, ann), recipients.mayHave('a', 5, bob), recipients.mayHave('b', 5, ann)], [true, true, false])
  recipients.forget('a', ann)
  assert.deepEqual([recipients.mayHave('a', 5, ann), recipients.mayHave('a', 5, bob)], [false, true])
  recipients.forget('a')
  assert.equal(recipients.mayHave('a', 5, bob), false)
})

test('property: at any limit, whoever was sent something may have it; with room for all, nobody else', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 20 }), to: fc.integer({ min: 0, max: 3 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 100 }), (steps, limit) => {
      const recipients = createRecipients(limit)
      const all = Array.from({ length: 4 }, recipient)
      const sent = new Set<string>()
      for (const { key, to } of steps) {
        const one = all[to]
        if (one === undefined) continue
        recipients.add(String(key), key, one)
        sent.add(`${key} ${to}`)
      }
      for (let key = 0; key <= 20; key++) {
        for (const [to, one] of all.entries()) {
          const has = recipients.mayHave(String(key), key, one)
          if (sent.has(`${key} ${to}`)) assert.ok(has)
          else if (limit >= 60) assert.ok(!has)
        }
      }
    }),
  )
})
