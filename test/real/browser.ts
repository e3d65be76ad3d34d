// Owns a page in a real Chromium.
import type { TestContext } from 'node:test'
import { chromium, type Page } from 'playwright-core'
import { pathOf } from './needs.ts'

/** What may not be had in a container, and everything by which a browser talks to anybody of its own accord. */
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Opens an empty page; gone with the test. */
export async function openPage(t: TestContext): Promise<Page> {
  const browser = await chromium.launch({ executablePath: pathOf('chromium') ?? 'chromium', args })
  t.after(() => browser.close())
  return browser.newPage()
}
