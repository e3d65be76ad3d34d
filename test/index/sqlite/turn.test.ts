import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Abandoned, Turn } from '../../../src/index/sqlite/read/turn.ts'
import { createPressure, isPressed, press } from '../../../src/index/sqlite/threads/pressure.ts'

/** A clock, and a question that works so many milliseconds by it between each two turns. */
function work(): { readonly now: () => number; step(turn: Turn, ms: number): Promise<boolean> } {
  let time = 0
  return {
    now: () => time,
    step(turn, ms) {
      time += ms
      return turn.next()
    },
  }
}

test('a question goes on without a pause where it has worked little, and knows when its time is up', async () => {
  const { now, step } = work()
  const turn = new Turn(10, { now })
  assert.equal(await step(turn, 1), true)
  assert.equal(await step(turn, 8), true)
  assert.equal(await step(turn, 2), false)
  turn.abandon()
  await assert.rejects(turn.next(), Abandoned)
})

test('who has had much lets those go first who ask little, and gets on all the same', async () => {
  const { now, step } = work()
  const small = new Set<Turn>()
  const large = new Turn(10_000, { now, small })
  await step(large, 60)
  assert.equal(small.has(large), false)
  const little = new Turn(10_000, { now, small })
  const order: string[] = []
  const asking = (async () => {
    for (let n = 0; n < 5; n++) {
      await step(little, 3)
      order.push('little')
    }
    small.delete(little)
  })()
  await step(large, 3)
  order.push('large')
  await asking
  assert.deepEqual(order, ['little', 'little', 'little', 'little', 'little', 'large'])
  // One that never comes to its end holds it up for a while only.
  small.add(little)
  assert.equal(await step(large, 3), true)
})

test('while there is more to be indexed than can be at once, who has had much rests; who has had little does not', async () => {
  const pressure = createPressure()
  assert.equal(isPressed(pressure, 5_000), false)
  press(pressure, 5_000)
  assert.deepEqual([isPressed(pressure, 5_999), isPressed(pressure, 6_000)], [true, false])
  const { now, step } = work()
  let asked = 0
  const pressed = (): boolean => (asked++, true)
  const turn = new Turn(100, { now, pressed })
  await step(turn, 3)
  assert.equal(asked, 0)
  await step(turn, 57)
  assert.equal(asked, 1)
})

test('who has had much and whose time is up does not rest for less than no time', async () => {
  const warned: string[] = []
  const hear = ({ name }: Error): void => void warned.push(name)
  process.on('warning', hear)
  const { now, step } = work()
  const turn = new Turn(20, { now, pressed: () => true })
  assert.equal(await step(turn, 60), false)
  // A warning comes with the next turn of the event loop.
  await setImmediate()
  process.off('warning', hear)
  assert.deepEqual(warned, [])
})
