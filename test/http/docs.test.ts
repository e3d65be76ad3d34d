// docs/api.md says what is so: its examples are asked, and it names every parameter and every address.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { facetFields } from '../../src/index/port.ts'
import { searchParameters } from '../../src/http/search/asked.ts'
import type { Message } from '../../src/message/schema.ts'
import { ago, library } from './naive-index.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8')

const ann = (rkey: string, minutes: number, text: string): Partial<Message> & { id_str: string } => ({
  id_str: `bluesky:did:plc:ann:${rkey}`, uri: `at://did:plc:ann/app.bsky.feed.post/${rkey}`, cid: 'bafyreib2rxk3rybk3aobmv5cjuql3bm2twh4jo5uxgf5kpqcsgz7soitae', created_at: ago(minutes), text,
  language_detected: 'en', hashtags: ['Ulm'], screen_name: 'ann.example.org', user: { screen_name: 'ann.example.org', user_id: 'did:plc:ann', name: 'Ann' },
})
const posts = [ann('3kaaa', 10, 'Heavy rain in Ulm today #Ulm'), ann('3kaab', 20, 'No more heavy rain #Ulm'), { id_str: '3', created_at: ago(30), text: 'Sunshine', hashtags: ['ulm'], screen_name: 'bob' }]

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is shown is there; `…` stands for any text, and an object may have more than is shown. */
function assertShown(shown: unknown, actual: unknown, where: string): void {
  if (shown === '…') return assert.equal(typeof actual, 'string', where)
  if (Array.isArray(shown)) {
    assert.ok(Array.isArray(actual), where)
    assert.equal(actual.length, shown.length, where)
    return shown.forEach((item, at) => assertShown(item, actual[at], `${where}[${at}]`))
  }
  if (!isObject(shown)) return assert.equal(actual, shown, where)
  assert.ok(isObject(actual), where)
  for (const [key, value] of Object.entries(shown)) assertShown(value, actual[key], `${where}.${key}`)
}

const examples = [...page.matchAll(/```\nGET (.+)\n```\n\n```json\n([^]+?)\n```/g)].map(([, url = '', json = '']): [string, unknown] => [url, JSON.parse(json)])

describe('docs/api.md', () => {
  test('has an example for most of it', () => assert.ok(examples.length >= 6))
  for (const [url, shown] of examples) {
    test(`shows what is answered: ${url}`, async () => {
      const [path = '', parameters] = url.split('?')
      const { body } = await library(posts).app.inject({ url: path, query: Object.fromEntries(new URLSearchParams(parameters)) })
      assertShown(shown, JSON.parse(body), 'answer')
    })
  }

  test('names every parameter of a search and every field that can be counted', () => {
    for (const name of [...Object.keys(searchParameters.everything), ...facetFields]) assert.ok(page.includes(`\`${name}\``), name)
  })

  test('names every address that answers searches or tells of the server', async () => {
    const { app } = library(posts)
    await app.ready()
    for (const [path, item] of Object.entries(app.swagger().paths ?? {})) {
      const tags: readonly string[] = item?.get?.tags ?? []
      if (!tags.includes('search') && !tags.includes('server')) continue
      const named = path.startsWith('/api/search.') ? path.replace('/api/search', '') : path.replace('/{q}', '/QUERY')
      assert.ok(page.includes(named), path)
    }
  })
})
