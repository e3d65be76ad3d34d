// The operator changes consent.policy on a folder in which authors are known.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ConsentPolicy } from '../../src/intake/author.ts'
import { tellPolicy } from '../../src/intake/policy.ts'
import { temporaryFolder } from '../journal/fixtures.ts'
import { author, draft, openTest, type Opened } from './fixtures.ts'

const signal = new AbortController().signal
const wish = { labels: ['!no-unauthenticated'] }

/** The folder under a policy, before anything was told of that. */
const under = (t: TestContext, path: string, consent: ConsentPolicy): Promise<Opened> => openTest(t, { path, consent })

/** What records say of authors. */
const told = async ({ records }: Opened): Promise<string[]> =>
  (await records()).flatMap((record) => (record.op === 'A' ? [`${record.author.key} ${record.author.state ?? ''} ${record.author.reason ?? ''}`.trim()] : []))

test('what known authors write is kept or not by the new policy at once', async (t) => {
  const path = await temporaryFolder()
  const ignoring = await under(t, path, 'ignore')
  await ignoring.outcomes(author('key:ann', wish))
  assert.deepEqual(await ignoring.outcomes(draft('test:a')), ['new'])
  await ignoring.close()
  const respecting = await under(t, path, 'respect')
  assert.deepEqual(await respecting.outcomes(draft('test:b')), ['withheld'])
  await respecting.close()
  assert.deepEqual(await (await under(t, path, 'ignore')).outcomes(draft('test:b')), ['new'])
})

test('and every projection is told who is hidden by now, who is shown, and nobody else; once', async (t) => {
  const path = await temporaryFolder()
  const first = await under(t, path, 'ignore')
  await tellPolicy(first.archive, 'ignore', signal)
  await first.outcomes(author('key:ann', wish), author('key:bob', { labels: ['other'] }), author('key:cem', { ...wish, state: 'hidden', reason: 'suspended' }), author('key:dan', wish), author('key:dan', { state: 'deleted' }))
  const before = await told(first)
  await first.close()

  const second = await under(t, path, 'respect')
  await tellPolicy(second.archive, 'respect', signal)
  const hidden = 'key:ann hidden asks not to be shown'
  assert.deepEqual(await told(second), [...before, hidden])
  await tellPolicy(second.archive, 'respect', signal)
  assert.deepEqual(await told(second), [...before, hidden])
  await second.close()

  const third = await under(t, path, 'ignore')
  await tellPolicy(third.archive, 'ignore', signal)
  assert.deepEqual(await told(third), [...before, hidden, 'key:ann active'])
})

test('of more authors than are looked at in one turn none is left out', async (t) => {
  const path = await temporaryFolder()
  const first = await under(t, path, 'ignore')
  await first.outcomes(...Array.from({ length: 2_100 }, (_, n) => author(`key:${n}`, n % 2 === 0 ? wish : {})))
  await first.close()
  const second = await under(t, path, 'respect')
  await tellPolicy(second.archive, 'respect', signal)
  assert.equal((await told(second)).filter((line) => line.endsWith('asks not to be shown')).length, 1_050)
})

test('a stop in the midst of it begins anew at the next start', async (t) => {
  const path = await temporaryFolder()
  const first = await under(t, path, 'ignore')
  await first.outcomes(author('key:ann', wish))
  await first.close()
  const second = await under(t, path, 'respect')
  await tellPolicy(second.archive, 'respect', AbortSignal.abort())
  await tellPolicy(second.archive, 'respect', signal)
  assert.equal((await told(second)).at(-1), 'key:ann hidden asks not to be shown')
  await tellPolicy(second.archive, 'ignore', AbortSignal.abort())
  assert.equal(second.archive.known.author('key:ann')?.state, 'hidden')
})
