import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { authorsIn } from '../../../src/sources/bluesky/appview.ts'
import { openAsking, type Asking } from '../../../src/sources/bluesky/asking.ts'
import { profiles, type ProfileOptions, type Profiles } from '../../../src/sources/bluesky/profiles.ts'
import { listenLocally } from '../../support/listening.ts'
import { Happenings, ManualClock } from '../../support/waiting.ts'
import { until } from './following.ts'
import { FakeIntake, fakeLog } from './fakes.ts'
import { anna, boris, second } from './frames.ts'

interface Question {
  readonly path: string
  readonly dids: readonly string[]
  readonly userAgent: string | undefined
  readonly response: ServerResponse
}

/** Microseconds since 1970. */
const noon = second(0)
const day = second(86_400) - noon
const did = (n: number): string => `did:plc:n${n}`
const profile = (did: string, rest: object = {}) => ({ did, handle: `${did.split(':').at(-1)}.test`, displayName: 'Name', avatar: 'https://cdn.bsky.app/a', labels: [], ...rest })

let questions: Happenings<Question>
let server: ReturnType<typeof createServer>
let clock: ManualClock
let intake: FakeIntake
let failures: string[]
let known: Set<string>
let asking: Asking
let log: ReturnType<typeof fakeLog>
let stop: AbortController
let options: ProfileOptions
let service: Profiles
let running: Promise<void>

beforeEach(async () => {
  questions = new Happenings()
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    questions.push({ path: pathname, dids: searchParams.getAll('actors'), userAgent: request.headers['user-agent'], response })
  })
  clock = new ManualClock()
  intake = new FakeIntake()
  failures = []
  known = new Set()
  asking = openAsking(':memory:', 50)
  log = fakeLog()
  stop = new AbortController()
  options = {
    url: `http://127.0.0.1:${await listenLocally(server)}/`, userAgent: 'loklak-test', isSettled: (did) => known.has(did), asking, requestsPerSecond: 2,
    failed: (reason) => failures.push(reason), log, now: clock.now, random: () => 1, timer: clock.timer,
  }
  service = profiles(options)
  service.reached(noon)
  running = service.run(intake, stop.signal)
})
afterEach(async () => {
  stop.abort()
  await running
  asking.close()
  server.close()
  server.closeAllConnections()
})

/** Lets the time between two requests pass and takes the one that comes. */
async function question(): Promise<Question> {
  await clock.armed(500)
  clock.pass(500)
  return questions.next()
}

const answer = ({ response }: Question, ...profiles: object[]): void => void response.end(JSON.stringify({ profiles }))

describe('asking for names', { timeout: 10_000 }, () => {
  test('of an author whose handle is not known, as an author for the intake', async () => {
    service.want(anna)
    const asked = await question()
    assert.deepEqual([asked.path, asked.dids, asked.userAgent], ['/xrpc/app.bsky.actor.getProfiles', [anna], 'loklak-test'])
    answer(asked, profile(anna, { handle: 'Anna.Test', labels: [{ val: '!no-unauthenticated' }, { val: 'gone', neg: true }] }))
    const { drafts, from } = await intake.offers.next()
    assert.deepEqual(drafts, [{ kind: 'author', author: { key: anna, network: 'bluesky', handle: 'anna.test', name: 'Name', avatar: 'https://cdn.bsky.app/a', labels: ['!no-unauthenticated'] }, time: { handle: noon + 1, profile: noon - day } }])
    assert.equal(from.source, 'bluesky')
  })

  test('with the time that the network had reached when it was asked: handles until then are older, and profiles until a day before', async () => {
    service.reached(noon + 2_000)
    service.reached(noon + 1_000)
    service.want(anna)
    const asked = await question()
    service.reached(noon + 3_000)
    answer(asked, profile(anna))
    const { drafts } = await intake.offers.next()
    assert.deepEqual(drafts.map((draft) => draft.kind === 'author' && draft.time), [{ handle: noon + 2_001, profile: noon + 2_000 - day }])
  })

  test('25 a request and two requests a second', async () => {
    for (let n = 0; n < 60; n++) service.want(did(n))
    const sizes: number[] = []
    for (let request = 0; request < 3; request++) {
      const asked = await question()
      sizes.push(asked.dids.length)
      answer(asked)
    }
    assert.deepEqual(sizes, [25, 25, 10])
  })

  test('not of an author who is settled, unless what is known may be outdated', async () => {
    known.add(anna)
    service.want(anna)
    service.want(boris)
    const asked = await question()
    assert.deepEqual(asked.dids, [boris])
    answer(asked, profile(boris))
    await intake.offers.next()
    service.refresh(anna)
    const again = await question()
    assert.deepEqual(again.dids, [anna])
    answer(again)
  })

  test('not again within an hour, whether the author was found or not', async () => {
    service.want(anna)
    service.want(anna)
    answer(await question())
    service.want(anna)
    service.want(boris)
    const asked = await question()
    assert.deepEqual(asked.dids, [boris])
    answer(asked)
    clock.pass(3_600_000)
    service.want(anna)
    const later = await question()
    assert.deepEqual(later.dids, [anna])
    answer(later)
  })
})

describe('accounts of which something outdated is known', { timeout: 10_000 }, () => {
  test('are asked for before those of which nothing is known', async () => {
    service.want(did(1))
    service.refresh(anna)
    const asked = await question()
    assert.deepEqual(asked.dids, [anna, did(1)])
    answer(asked)
  })

  test('wait until they are answered, over restarts too; one that changed again meanwhile is asked for again', async () => {
    service.refresh(anna)
    service.refresh(boris)
    const asked = await question()
    service.refresh(boris)
    answer(asked, profile(anna), profile(boris))
    await intake.offers.next()
    await until(() => asking.size === 1)
    stop.abort()
    await running
    const halt = new AbortController()
    const next = profiles(options)
    const going = next.run(intake, halt.signal)
    next.reached(noon)
    const again = await question()
    assert.deepEqual(again.dids, [boris])
    answer(again)
    await until(() => asking.size === 0)
    halt.abort()
    await going
  })

  test('beyond the limit are refused and counted; so are unknown ones, whose next post asks again', async () => {
    for (let n = 0; n < 51; n++) service.refresh(did(n))
    assert.deepEqual(failures, ['profiles not asked: too many wait'])
    for (let n = 0; n < 20_001; n++) service.want(did(100 + n))
    assert.equal(failures.length, 2)
    assert.equal(service.state().waiting, 20_050)
    answer(await question())
    answer(await question())
    answer(await question())
    await clock.armed(500)
    service.want(did(20_100))
    assert.equal(failures.length, 2)
  })

  test('nobody is asked for before the network told its time: the answer would undo what is newer', async () => {
    stop.abort()
    await running
    const halt = new AbortController()
    const early = profiles(options)
    early.refresh(anna)
    const going = early.run(intake, halt.signal)
    assert.deepEqual(clock.set, [])
    early.reached(noon)
    assert.deepEqual((await question()).dids, [anna])
    halt.abort()
    await going
  })
})

describe('a service that does not answer well', { timeout: 10_000 }, () => {
  test('429: it is left alone for as long as it says', async () => {
    service.want(anna)
    const { response } = await question()
    response.writeHead(429, { 'retry-after': '77' }).end()
    await clock.armed(77_000)
    clock.pass(77_000)
    const again = await question()
    assert.deepEqual(again.dids, [anna])
    assert.deepEqual(failures, ['profiles HTTP 429'])
    answer(again, profile(anna))
    await intake.offers.next()
  })

  test('5xx and no answer at all: again, each time later; a success forgets that', async () => {
    service.want(anna)
    ;(await question()).response.writeHead(503).end()
    await clock.armed(1000)
    clock.pass(1000)
    ;(await question()).response.destroy()
    await clock.armed(2000)
    clock.pass(2000)
    answer(await question(), profile(anna))
    await intake.offers.next()
    service.want(boris)
    ;(await question()).response.writeHead(500).end()
    await clock.armed(1000)
    assert.deepEqual(failures, ['profiles HTTP 5xx', 'profiles not reached', 'profiles HTTP 5xx'])
  })

  test('403 and an answer that is none: like a service that is down, not like accounts that it refuses', async () => {
    service.want(anna)
    service.want(boris)
    ;(await question()).response.writeHead(403).end()
    await clock.armed(1000)
    clock.pass(1000)
    ;(await question()).response.end('<html>Welcome to our hotel</html>')
    await clock.armed(2000)
    assert.deepEqual(failures, ['profiles HTTP 4xx', 'profiles not understood'])
    clock.pass(2000)
    assert.deepEqual((await question()).dids, [anna, boris])
  })

  test('that is said once, and so is that it is over; meanwhile the state tells since when, why, and how many wait', async () => {
    assert.deepEqual(service.state(), { waiting: 0, failing_since: null, reason: null })
    const since = new Date(clock.now() + 500).toISOString()
    service.want(anna)
    ;(await question()).response.writeHead(503).end()
    await clock.armed(1000)
    assert.deepEqual(service.state(), { waiting: 1, failing_since: since, reason: 'HTTP 503' })
    clock.pass(1000)
    ;(await question()).response.writeHead(502).end()
    await clock.armed(2000)
    clock.pass(2000)
    assert.deepEqual([service.state().failing_since, service.state().reason], [since, 'HTTP 502'])
    answer(await question(), profile(anna))
    await intake.offers.next()
    assert.deepEqual(service.state(), { waiting: 0, failing_since: null, reason: null })
    assert.deepEqual(log.said.map((line) => line.split('{')[0]), ['The service that tells names on Bluesky does not answer; posts are kept all the same. ', 'The service that tells names on Bluesky answers again. '])
  })

  test('400: one account that it refuses does not cost the others theirs', async () => {
    const dids = Array.from({ length: 8 }, (_, n) => did(n))
    for (const one of dids) service.want(one)
    const found: string[] = []
    while (found.length < 7) {
      const asked = await question()
      if (asked.dids.includes(did(3))) asked.response.writeHead(400).end('{"error":"InvalidRequest"}')
      else {
        answer(asked, ...asked.dids.map((one) => profile(one)))
        found.push(...(await intake.offers.next()).names)
      }
    }
    assert.deepEqual(found.sort(), dids.filter((one) => one !== did(3)).map((one) => `author ${one.split(':')[2]}.test`))
    assert.equal(failures.every((reason) => reason === 'profiles refused'), true)
  })
})

describe('an answer', () => {
  const read = (body: unknown): unknown[] | undefined => authorsIn(JSON.stringify(body), new Set([anna]), noon)?.map((draft) => draft.kind === 'author' && draft.author)

  test('counts only for those who were asked for', () => {
    assert.deepEqual(read({ profiles: [profile(boris)] }), [])
  })

  test('without a name or a picture says that there is none; an invalid handle is none', () => {
    assert.deepEqual(read({ profiles: [{ did: anna, handle: 'handle.invalid' }] }), [{ key: anna, network: 'bluesky', name: '', avatar: '', labels: [] }])
  })

  test('that makes no sense says nothing', () => {
    for (const body of [null, [], {}, { profiles: {} }]) assert.equal(read(body), undefined)
    assert.equal(authorsIn('<html>', new Set([anna]), noon), undefined)
    assert.deepEqual(read({ profiles: [null, 5, 'x', {}, { did: 5 }] }), [])
    assert.deepEqual(read({ profiles: [{ did: anna, handle: 5, displayName: {}, avatar: 'javascript:x', labels: [{ val: 5 }, null, { val: 'x'.repeat(999) }] }] }),
      [{ key: anna, network: 'bluesky', name: '', avatar: '', labels: [] }])
  })
})

test('a stop does not wait for an intake that cannot store', { timeout: 10_000 }, async () => {
  const blocked = new FakeIntake({ byItself: false })
  const halt = new AbortController()
  stop.abort()
  await running
  running = service.run(blocked, halt.signal)
  service.want(anna)
  answer(await question(), profile(anna))
  await blocked.offers.next()
  halt.abort()
  await running
})
