import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createLane, createLanes } from '../../src/support/lane.ts'

const never = new AbortController().signal

test('so many are let through at a time, the others in the order in which they came', async () => {
  const lane = createLane(2)
  const entered: number[] = []
  const leaves = [0, 1, 2, 3].map(async (i) => {
    const leave = await lane.enter(never)
    entered.push(i)
    return leave
  })
  const [first, second] = await Promise.all(leaves.slice(0, 2))
  assert.deepEqual(entered, [0, 1])
  second?.()
  second?.()
  const third = await leaves[2]
  assert.deepEqual(entered, [0, 1, 2], 'a place that is given back twice is one place')
  first?.()
  third?.()
  ;(await leaves[3])?.()
  assert.ok(lane.isEmpty())
})

test('who gives up waiting is let go and takes no place', async () => {
  const lane = createLane(1)
  const leave = await lane.enter(never)
  const stop = new AbortController()
  const given = lane.enter(stop.signal)
  const next = lane.enter(never)
  stop.abort()
  ;(await given)()
  leave()
  ;(await next)()
  ;(await lane.enter(stop.signal))()
  assert.ok(lane.isEmpty())
})

test('names have lanes of their own, and who has none waits for nobody', async () => {
  const lanes = createLanes(1)
  const ann = await lanes.enter('ann', never)
  ;(await lanes.enter('bob', never))()
  for (let i = 0; i < 3; i++) await lanes.enter(undefined, never)
  const again = lanes.enter('ann', never)
  ann()
  ;(await again)()
})

test('property: never more than there are places, and all get through', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat({ max: 5 }), { maxLength: 30 }), async (places, turns) => {
      const lane = createLane(places)
      let inside = 0
      let through = 0
      await Promise.all(turns.map(async (many) => {
        const leave = await lane.enter(never)
        assert.ok(++inside <= places)
        for (let i = 0; i < many; i++) await Promise.resolve()
        inside--
        through++
        leave()
      }))
      assert.equal(through, turns.length)
      assert.ok(lane.isEmpty())
    }),
  )
})
