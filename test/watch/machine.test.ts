import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMachine } from '../../src/watch/machine.ts'

test('tells plausible figures of this process', () => {
  const { resident, available, heap_limit, cores, threads, uptime, load_average, load_cpu } = createMachine()()
  assert.ok(resident > 10e6 && available > 0 && heap_limit > 10e6)
  assert.ok(cores >= 1 && threads >= 1 && uptime > 0 && load_average >= 0)
  assert.ok(load_cpu >= 0 && load_cpu <= 1)
})

test('the share of the processor is measured between two looks a second apart, and kept in between', () => {
  const clock = { now: Date.now() }
  const look = createMachine(() => clock.now)
  clock.now += 1000
  const first = look().load_process
  assert.ok(first >= 0 && first <= 1)
  clock.now += 500
  assert.equal(look().load_process, first)
  clock.now += 86_400_000
  assert.ok(look().load_process < 0.01)
})
