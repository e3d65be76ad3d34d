// The page of docs/stream.md in a real browser: shows messages as they come, takes them away when they are deleted, and goes on
// after its connection broke, and after an nginx answered 502 while there was no server behind it.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { publisher, startJetstream } from '../e2e/jetstream.ts'
import { ask, at } from '../e2e/program.ts'
import { streaming, turn } from '../http/streaming.ts'
import { insert, remove } from '../journal/fixtures.ts'
import { example } from '../stream/example.ts'
import { lineTo } from '../support/line.ts'
import { openPage } from './browser.ts'
import { startLoklak } from './loklak.ts'
import { needs } from './needs.ts'
import { startNginx } from './nginx.ts'
import { freePort } from './process.ts'
import { until } from './until.ts'

/** Puts the example on a page, for the server at `host:port`. */
const fill = async (page: Page, server: string): Promise<void> => void (await page.evaluate(`document.write(${JSON.stringify(example('html', 'EventSource', server))})`))

async function shows(page: Page, expected: readonly string[]): Promise<void> {
  let shown: unknown
  const look = async (): Promise<true | undefined> => {
    shown = await page.evaluate('JSON.stringify(Array.from(document.querySelectorAll("#rain li"), (item) => item.textContent))')
    return shown === JSON.stringify(expected) ? true : undefined
  }
  await until(`the page shows ${expected.join(', ')}`, look, { describe: () => String(shown) })
}

test('the page of the documentation', needs('chromium'), async (t) => {
  const house = await streaming(t)
  const line = await lineTo(t, house.port)
  const page = await openPage(t)
  await fill(page, `127.0.0.1:${line.port}`)
  while (house.hub.counts().subscribers === 0) await turn()
  await house.journal.append([insert('a', 'rain <b>1</b>'), insert('b', 'sun'), insert('c', 'rain 2')])
  await shows(page, ['ann: rain 2', 'ann: rain <b>1</b>'])
  await house.journal.append([remove('a')])
  await shows(page, ['ann: rain 2'])
  // All connections go; the browser comes back by itself and says where it was.
  line.cut()
  await house.journal.append([insert('d', 'rain 3')])
  await shows(page, ['ann: rain 3', 'ann: rain 2'])
  assert.equal(house.hub.counts().subscribers, 1)
})

test('the page of the documentation, while nginx answers 502 for a server that is killed and started', needs('chromium', 'nginx', 'openssl'), async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-page-'))
  const jetstream = await startJetstream(t)
  const { publish, ids } = publisher(jetstream)
  // Where it is killed before it wrote down how far it is, it begins there again.
  const loklak = await startLoklak('loklak', join(folder, 'loklak'), jetstream.url, { 'source.bluesky.since': '-1h', 'port.http': String(await freePort()) })
  t.after(async () => {
    await loklak.kill()
    await rm(folder, { recursive: true })
  })
  await loklak.live()
  const nginx = await startNginx(await mkdtemp(join(folder, 'nginx-')), loklak.url())
  t.after(() => nginx.stop())
  async function subscribers(): Promise<unknown> {
    return at(await ask(`${loklak.url()}/api/status.json`), 'stream', 'subscribers')
  }
  const page = await openPage(t)
  await fill(page, new URL(nginx.http).host)
  await until('the page listens', async () => ((await subscribers()) === 1 ? true : undefined))
  const everything = (): string[] => ids.map((_, i) => `did:plc:ewvi7nxzyoun6zhxrhs64oiz: This is post number ${i + 1} about rain.`).reverse()
  publish(3)
  await shows(page, everything())
  await loklak.kill()
  publish(3)
  // Once would be the browser's own attempt, after which it gives up.
  await until('nginx refuses the page again', () => (nginx.refused() > 1 ? true : undefined))
  await loklak.restart()
  await shows(page, everything())
  publish(3)
  await shows(page, everything())
})
