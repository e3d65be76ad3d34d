import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutSteps } from '../../src/cli/steps.ts'
import { loadSettings } from '../../src/settings/load.ts'
import { paper } from './fixtures.ts'

async function* told(...lines: object[]): AsyncGenerator<object> {
  yield* lines
}

test('steps are shown, the rest is handed on; another pass has a bar of its own', async () => {
  const { out: err, text } = paper()
  const { settings } = loadSettings({ argv: [], env: {}, cwd: '/' })
  const context = { settings, origins: new Map(), problems: [], argv: [], args: [], cwd: '/', out: paper().out, err, isTerminal: false, signal: new AbortController().signal, now: () => 0 }
  const lines = told({ bytes: 10, total: 20, errors: 0 }, { bytes: 20, total: 20, errors: 1 }, { bytes: 5, total: 8, errors: 1 }, { bytes: 8, total: 8, errors: 1 }, { lines: 3 })
  assert.deepEqual(await Array.fromAsync(withoutSteps(context, 'compact', lines)), [{ lines: 3 }])
  assert.match(text(), /^compact: 20 bytes in 0:00, [\d,]+\/s, 1 error\ncompact: 8 bytes in 0:00, [\d,]+\/s\n$/)
})
