// What is stored can be searched, in a process, by HTTP and by command: with the real index, over edits, deletes and authors.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../journal/fixtures.ts'
import { ask, at, get, run, serve, until, type Server } from './program.ts'

const day = '2026-01-02'
const second = (n: number): string => `${day}T00:${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}.000Z`

/** A line of a dump, as loklak writes them. */
const line = (n: number, text: string, more: object = {}): string =>
  `${JSON.stringify({ created_at: second(n), screen_name: 'ann', text, id_str: String(n), source_type: 'TWITTER', network: 'twitter', user: { screen_name: 'ann', user_id: '12' }, ...more })}\n`
const op = (kind: string, fields: object): string => `${JSON.stringify({ $P: kind, ...fields })}\n`

async function take(t: TestContext, data: string, name: string, lines: string): Promise<void> {
  const file = join(data, name)
  writeFileSync(file, lines)
  const { code, err } = await run(t, 'import', file, `--data.path=${data}`, '--disk.floor=0')
  assert.equal(code, 0, err)
}

const idsOf = (answer: unknown): unknown[] => {
  const statuses = at(answer, 'statuses')
  assert.ok(Array.isArray(statuses), JSON.stringify(answer))
  return statuses.map((status) => at(status, 'id_str'))
}

/** Asks until the answer has so many hits: the index follows the dumps. */
const search = (server: Server, query: string, hits: number): Promise<unknown> =>
  until(`${hits} hits of ${query}`, async () => {
    const answer = await ask(`${server.url}/api/search.json?minified=true&${query}`)
    return at(answer, 'search_metadata', 'hits') === hits ? answer : undefined
  }, server)

test('what is stored is found, in pages that hold while more arrives, and what is taken back is not', async (t) => {
  const data = await temporaryFolder()
  const server = await serve(t, data)
  await take(t, data, 'first.txt', Array.from({ length: 50 }, (_, n) => line(n, `rain ${n} #Ulm`, { links: ['https://example.org/a'] })).join(''))
  const first = await search(server, 'q=rain&count=20&fields=hashtags,created_at', 50)
  assert.deepEqual(at(first, 'aggregations'), { hashtags: { Ulm: 50 }, created_at: { [day]: 50 } })
  assert.equal(at(first, 'search_metadata', 'query_understood'), 'rain OR from:rain')

  await take(t, data, 'second.txt', line(100, 'rain again') + op('U', JSON.parse(line(48, 'sunshine', { edited_at: second(200) }))) + op('D', { id_str: '49' }))
  await search(server, 'q=rain', 49)
  const then = await ask(`${server.url}/api/search.json?q=rain&count=20&cursor=${String(at(first, 'search_metadata', 'cursor'))}`)
  const third = await ask(`${server.url}/api/search.json?q=rain&count=20&cursor=${String(at(then, 'search_metadata', 'cursor'))}`)
  assert.deepEqual([...idsOf(first), ...idsOf(then), ...idsOf(third)], Array.from({ length: 50 }, (_, n) => String(49 - n)))
  assert.equal(at(third, 'search_metadata', 'cursor'), undefined)
  assert.deepEqual(idsOf(await search(server, 'q=sunshine', 1)), ['48'])

  assert.match((await get(`${server.url}/api/search.csv?q=from:ann&count=1`)).body, /^id_str,.+\r\n100,/)
  assert.equal(at(await ask(`${server.url}/api/user.json?screen_name=ann`), 'user', 'messages_count'), 50)
  assert.match((await get(`${server.url}/api/suggest.json?q=%23u&minified=true`)).body, /"queries":\[\{"query":"#ulm",/i)
  assert.equal((await get(`${server.url}/x?id=3`)).status, 302)

  const { code, out } = await run(t, 'search', 'rain', '--count=2', `--data.path=${data}`)
  assert.deepEqual([code, out], [0, `${second(100)} ann: rain again\n${second(47)} ann: rain 47 #Ulm\n`])
  const exported = await run(t, 'export', 'rain', 'until:2026-01-02T00:00:10Z', `--data.path=${data}`)
  assert.deepEqual(exported.out.trimEnd().split('\n').map((one): unknown => at(JSON.parse(one), 'id_str')), ['9', '8', '7', '6', '5', '4', '3', '2', '1', '0'])

  const before = await ask(`${server.url}/api/search.json?q=rain&count=100&fields=hashtags`)
  assert.equal((await run(t, 'index', 'rebuild', `--data.path=${data}`)).code, 0)
  assert.equal((await run(t, 'index', 'check', `--data.path=${data}`)).code, 0)
  const after = await ask(`${server.url}/api/search.json?q=rain&count=100&fields=hashtags`)
  assert.deepEqual([at(after, 'statuses'), at(after, 'aggregations')], [at(before, 'statuses'), at(before, 'aggregations')])

  server.signal()
  assert.equal((await server.ended).code, 0)
})
