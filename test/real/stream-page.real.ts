// The page of docs/stream.md in a real browser: shows messages as they come, takes them away when they are deleted, and goes on
// after its connection broke.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insert, remove } from '../journal/fixtures.ts'
import { streaming, turn } from '../http/streaming.ts'
import { example } from '../stream/example.ts'
import { lineTo } from '../support/line.ts'
import { openPage } from './browser.ts'
import { needs } from './needs.ts'
import { until } from './until.ts'

test('the page of the documentation', needs('chromium'), async (t) => {
  const house = await streaming(t)
  const line = await lineTo(t, house.port)
  const page = await openPage(t)
  await page.evaluate(`document.write(${JSON.stringify(example('html', 'EventSource', `127.0.0.1:${line.port}`))})`)
  const shows = (...expected: readonly string[]) =>
    until(`the page shows ${expected.join(', ')}`, async () => (JSON.stringify(await page.evaluate('Array.from(document.querySelectorAll("#rain li"), (item) => item.textContent)')) === JSON.stringify(expected) ? true : undefined))
  while (house.hub.counts().subscribers === 0) await turn()
  await house.journal.append([insert('a', 'rain <b>1</b>'), insert('b', 'sun'), insert('c', 'rain 2')])
  await shows('ann: rain 2', 'ann: rain <b>1</b>')
  await house.journal.append([remove('a')])
  await shows('ann: rain 2')
  // All connections go; the browser comes back by itself and says where it was.
  line.cut()
  await house.journal.append([insert('d', 'rain 3')])
  await shows('ann: rain 3', 'ann: rain 2')
  assert.equal(house.hub.counts().subscribers, 1)
})
