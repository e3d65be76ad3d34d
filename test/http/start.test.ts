import assert from 'node:assert/strict'
import { test } from 'node:test'
import { house, noon, statusAt } from './parts.ts'

for (const [days_left, told] of [[0, 'less than a day'], [3, '3 days'], [41, '41 days']] as const) {
  test(`the start page says that the disk is enough for ${told}`, async () => {
    const { app } = house({ parts: { status: () => ({ ...statusAt(noon), disk: { free: 50e9, total: 100e9, days_left } }) } })
    assert.ok((await app.inject('/')).body.includes(`, enough for ${told} at this rate`))
  })
}
