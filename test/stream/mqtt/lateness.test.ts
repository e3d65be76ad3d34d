import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createLateness } from '../../../src/stream/mqtt/lateness.ts'

/** Time in the test's hands; `room` answers how many milliseconds somebody was waited for, while `each` happens in every ten. */
function held(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let ms = 0
  const lateness = createLateness(() => ms)
  async function room(each: () => void = () => undefined): Promise<number> {
    const begun = ms
    let over = false
    void lateness.room(new AbortController().signal).then(() => (over = true))
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      if (over || ms - begun > 60_000) return ms - begun
      ms += 10
      each()
      t.mock.timers.tick(10)
    }
  }
  return { lateness, room }
}

test('nobody waits where nobody is behind', async (t) => {
  const { lateness, room } = held(t)
  lateness.listener()
  assert.equal(await room(), 0)
})

test('one who is behind is waited for until it no longer is', async (t) => {
  const { lateness, room } = held(t)
  const one = lateness.listener()
  one.behind(true)
  let left = 20
  assert.equal(await room(() => one.behind(--left > 0)), 200)
})

test('one who takes nothing is waited for a second, once', async (t) => {
  const { lateness, room } = held(t)
  for (let n = 0; n < 5; n++) lateness.listener().behind(true)
  assert.equal(await room(), 1_000, 'for all of them together')
  assert.equal(await room(), 0)
})

test('one who takes 2 MiB a second is waited for as long as it does, one who takes half of it is not', async (t) => {
  const { lateness, room } = held(t)
  const able = lateness.listener()
  able.behind(true)
  assert.ok((await room(() => able.took(22_000))) > 60_000)
  able.behind(false)
  const slow = lateness.listener()
  slow.behind(true)
  assert.ok((await room(() => slow.took(10_000))) < 2_000)
})

test('a stop waits for nobody', async () => {
  const lateness = createLateness()
  lateness.listener().behind(true)
  await lateness.room(AbortSignal.abort())
})
