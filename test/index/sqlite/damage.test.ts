import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import type { Index, Page } from '../../../src/index/port.ts'
import type { Damage } from '../../../src/index/sqlite/threads/protocol.ts'
import type { Entry } from '../../../src/message/line.ts'
import { everything, time } from '../../../src/query/tree.ts'
import { asShown, authorIs, edit, insert, Lines, remove, shown, today } from '../made.ts'
import { Model } from '../model.ts'
import { madeFolder, openIn, told } from './folders.ts'

const timeout = 20_000
const page: Page = { order: 'created_at', limit: 1000, count: 'exact', timeout }
const at = (seconds: number): string => new Date(today + seconds * 1000).toISOString()
const old = (seconds: number): string => new Date(today - 200 * 86_400_000 + seconds * 1000).toISOString()
const user = { screen_name: 'ann', user_id: 'did:plc:ann' }

/** Messages of two times, which are in different partitions. */
const world: Entry[] = [
  ...Array.from({ length: 20 }, (_, i) => insert({ id_str: `new${i}`, created_at: at(-i), text: 'rain', user })),
  ...Array.from({ length: 20 }, (_, i) => insert({ id_str: `old${i}`, created_at: old(i), text: 'rain', user })),
]
const oldFile = (folder: string): string => join(folder, readdirSync(folder).filter((name) => /^\d+\.\d+\.db$/.test(name)).sort()[0] ?? '')

const spoilings: Record<string, (path: string) => void> = {
  'overwritten in its middle'(path) {
    const bytes = readFileSync(path)
    bytes.fill(0x5a, 8192)
    writeFileSync(path, bytes)
  },
  'not a database at all': (path) => writeFileSync(path, 'no database, but long enough to be read as one\n'.repeat(1000)),
  'cut off': (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  'empty': (path) => truncateSync(path, 0),
  'gone': (path) => rmSync(path),
}

/** Answers that match the model, all of them whole. */
async function assertWhole(index: Index, lines: Lines): Promise<void> {
  const model = new Model().apply(lines.all.map(({ entry }) => entry))
  const answer = await index.search(everything, page)
  assert.deepEqual(shown(answer.messages), asShown(model.search(everything, 'created_at')))
  assert.equal(answer.partial, undefined)
  assert.equal(answer.hits, answer.messages.length)
  assert.equal(index.health().state, 'ok')
}

it('opening an index can be stopped; the next time it opens as if it had not been tried', async () => {
  const folder = madeFolder()
  const lines = new Lines()
  const stopping = new AbortController()
  const opening = openIn(folder, lines, { signal: stopping.signal })
  stopping.abort(new Error('enough'))
  await assert.rejects(opening, stopping.signal.reason)
  await assert.rejects(openIn(folder, lines, { signal: stopping.signal }), stopping.signal.reason)
  const index = await openIn(folder, lines, { signal: new AbortController().signal })
  await index.apply(lines.append(world))
  await assertWhole(index, lines)
})

it('an index of another version says so and is made again, once', async () => {
  const folder = madeFolder()
  const lines = new Lines()
  const before = await openIn(folder, lines)
  await before.apply(lines.append(world))
  await before.close()
  const catalog = new DatabaseSync(join(folder, 'catalog.db'))
  // It has other columns too.
  catalog.exec("UPDATE state SET value = 1 WHERE name = 'version'; ALTER TABLE partition DROP COLUMN merged")
  catalog.close()
  const versions: number[] = []
  const options = { onOtherVersion: (version: number) => void versions.push(version) }
  const index = await openIn(folder, lines, options)
  assert.deepEqual([versions, index.cursor(), index.health().state], [[1], 0, 'building'])
  await index.apply(lines.all.map(({ line }) => line))
  await assertWhole(index, lines)
  await index.close()
  await assertWhole(await openIn(folder, lines, options), lines)
  assert.deepEqual(versions, [1])
})

it('of an index that is empty because nothing was ever kept, nothing is told', async () => {
  let told = 0
  const index = await openIn(madeFolder(), new Lines(), { onRepaired: () => (told += 1) })
  await index.stats()
  assert.deepEqual([index.health().state, told], ['ok', 0])
  await index.close()
})

describe('a damaged partition', () => {
  for (const [how, spoil] of Object.entries(spoilings)) {
    it(`that is ${how} is set aside and made again from the journal while the rest serves`, async () => {
      const folder = madeFolder()
      const lines = new Lines()
      const before = await openIn(folder, lines)
      await before.apply(lines.append(world))
      await before.close()
      spoil(oldFile(folder))

      const damaged = told<Damage>()
      const repaired = told()
      const go = told()
      async function* replay(after: number, upTo: number): AsyncGenerator<readonly string[]> {
        await go.once
        yield* lines.replay(after, upTo)
      }
      const index = await openIn(folder, lines, { replay, onDamage: damaged.tell, onRepaired: repaired.tell })
      try {
        const answer = await index.search(everything, page)
        assert.deepEqual(answer.partial, { reason: 'rebuilding' })
        assert.deepEqual(shown(answer.messages).map(({ id_str }) => id_str), Array.from({ length: 20 }, (_, i) => `new${i}`))
        assert.match((await damaged.once).name, /^\d+\.0\.db$/)
        assert.equal(index.health().state, 'building')
        const elsewhere = await index.search(time({ since: today - 86_400_000 }), page)
        assert.deepEqual([elsewhere.partial, elsewhere.hits], [undefined, 20], 'what does not need it is whole')

        // What happens meanwhile is not lost on either side.
        await index.apply(lines.append([remove('old1'), edit({ id_str: 'old2', created_at: old(2), text: 'snow', user }), insert({ id_str: 'old99', created_at: old(99) }), insert({ id_str: 'new99', created_at: at(5) }), remove('new1'), edit({ id_str: 'old3', created_at: at(3), text: 'moved', user })]))
        go.tell()
        await repaired.once
        await assertWhole(index, lines)
        await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'hidden' })]))
        await assertWhole(index, lines)
      } finally {
        await index.close()
      }
    })
  }

  it('takes up again where a stop interrupted making it, and knows who was hidden meanwhile', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const before = await openIn(folder, lines)
    await before.apply(lines.append(world))
    await before.close()
    rmSync(oldFile(folder))

    const stuck = told()
    async function* half(after: number, upTo: number, signal: AbortSignal): AsyncGenerator<readonly string[]> {
      for await (const some of lines.replay(after, upTo)) {
        yield some.slice(0, 30)
        stuck.tell()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return
      }
    }
    const interrupted = await openIn(folder, lines, { replay: half })
    await interrupted.search(everything, page)
    await stuck.once
    await interrupted.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'hidden' }), insert({ id_str: 'bob', created_at: old(50) })]))
    await interrupted.close()

    const repaired = told()
    const index = await openIn(folder, lines, { onRepaired: repaired.tell })
    await repaired.once
    await assertWhole(index, lines)
    await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state: 'active' })]))
    await assertWhole(index, lines)
    await index.close()
  })

  it('is caught up with a journal that goes on and on', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const before = await openIn(folder, lines)
    await before.apply(lines.append(world))
    await before.close()
    rmSync(oldFile(folder))

    const repaired = told()
    let passes = 0
    let next = 0
    // Each pass over the journal ends behind it, because more is applied while it runs.
    async function* replay(after: number, upTo: number): AsyncGenerator<readonly string[]> {
      passes += 1
      yield* lines.replay(after, upTo)
      const applied = index.apply(lines.append([insert({ id_str: `more${next}`, created_at: old(100 + next++) })]))
      if (passes <= 3) await applied
    }
    const index = await openIn(folder, lines, { replay, onRepaired: repaired.tell })
    await index.search(everything, page)
    await repaired.once
    await index.apply(lines.append([insert({ id_str: 'last', created_at: at(9) })]))
    await assertWhole(index, lines)
    await index.close()
  })

  it('is made in a later attempt where the journal cannot be read', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const before = await openIn(folder, lines)
    await before.apply(lines.append(world))
    await before.close()
    rmSync(oldFile(folder))

    const damages: Damage[] = []
    const repaired = told()
    async function* replay(after: number, upTo: number): AsyncGenerator<readonly string[]> {
      if (damages.length < 2) throw new Error('the disk is on fire')
      yield* lines.replay(after, upTo)
    }
    const index = await openIn(folder, lines, { replay, onDamage: (damage) => damages.push(damage), onRepaired: repaired.tell, repairPause: 1 })
    await index.search(everything, page)
    await repaired.once
    assert.deepEqual(damages.map(({ name, reason }) => [name.replace(/^\d+/, 'N'), reason.replace(/.*: /, '')]), [['N.0.db', 'the file is gone'], ['replay', 'the disk is on fire']])
    await assertWhole(index, lines)
    await index.close()
  })

  it('is found by a check, which reads everything', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const before = await openIn(folder, lines)
    await before.apply(lines.append(world))
    assert.deepEqual(await before.check(), [])
    await before.close()
    spoilings['overwritten in its middle']?.(oldFile(folder))

    const repaired = told()
    const index = await openIn(folder, lines, { onRepaired: repaired.tell })
    assert.equal((await index.check()).length, 1)
    await repaired.once
    await assertWhole(index, lines)
    assert.deepEqual(readdirSync(folder).filter((name) => name.includes('.damaged')), [], 'the damaged file, which has the text of what was deleted, is gone')
    await index.close()
  })
})

/** What is stored, spoilt in a file that SQLite finds whole. */
const rewritings: Record<string, string> = {
  'a message that is no JSON': `UPDATE document SET message = '{' WHERE id = 'old1'`,
  'a message of which something is gone': `UPDATE document SET message = CAST(json_remove(CAST(message AS TEXT), '$.user') AS BLOB) WHERE id = 'old1'`,
  'a message that says something else': `UPDATE document SET message = CAST(replace(message, 'rain', 'snow') AS BLOB) WHERE id = 'old1'`,
  'a sum that is larger than a number can be': `UPDATE document SET sum = 9223372036854775807 WHERE id = 'old1'`,
  'a message of which nothing is left': `UPDATE document SET message = NULL, layout = NULL, sum = NULL WHERE id = 'old1'`,
  'a message whose parts lie elsewhere': `UPDATE document SET layout = '1' || layout WHERE id = 'old1'`,
  'a message that is gone while its terms are not': `DELETE FROM document WHERE id = 'old1'`,
  'a chunk of columns that is cut': 'UPDATE columns SET chunk = substr(chunk, 1, 100)',
  'a chunk whose numbers are': `UPDATE columns SET chunk = CAST(zeroblob(8) || substr(chunk, 9) AS BLOB)`,
  'values of a class that are no JSON': `UPDATE class SET names = '['`,
}
function rewrite(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

describe('damage inside what is stored', () => {
  const questions = [
    (index: Index) => index.search(everything, page),
    (index: Index) => index.search(everything, { ...page, order: 'retweet_count' }),
    (index: Index) => index.facets(everything, { fields: ['language'], limit: 9, timeout }),
  ]
  for (const by of ['questions', 'a check'] as const) {
    it(`is met by ${by} and mended, whatever it is`, async () => {
      const folder = madeFolder()
      const lines = new Lines()
      let repaired = told()
      // Nothing is mended before all have their answers, or who is asked once more could find it whole.
      let answered = told()
      async function* replay(after: number, upTo: number): AsyncGenerator<readonly string[]> {
        await answered.once
        yield* lines.replay(after, upTo)
      }
      const index = await openIn(folder, lines, { replay, onRepaired: () => repaired.tell() })
      await index.apply(lines.append(world))
      for (const [what, sql] of Object.entries(rewritings)) {
        repaired = told()
        answered = told()
        rewrite(oldFile(folder), sql)
        if (by === 'a check') assert.equal((await index.check()).length, 1, what)
        else assert.deepEqual((await Promise.all(questions.map((ask) => ask(index)))).map(({ partial }) => partial?.reason).includes('rebuilding'), true, what)
        answered.tell()
        await repaired.once
        await assertWhole(index, lines)
      }
      await index.close()
    })
  }
  it('does not stop the journal where the writer meets it', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    let repaired = told()
    const index = await openIn(folder, lines, { onRepaired: () => repaired.tell() })
    await index.apply(lines.append([...world, authorIs({ key: 'did:plc:ann', state: 'hidden' })]))
    for (const [what, state] of [[`UPDATE document SET message = '{'`, 'active'], [`UPDATE document SET message = '{'`, 'hidden']] as const) {
      repaired = told()
      rewrite(oldFile(folder), what)
      await index.apply(lines.append([authorIs({ key: 'did:plc:ann', state })]))
      await repaired.once
      await assertWhole(index, lines)
    }
    await index.close()
  })
})

describe('many damaged partitions', () => {
  const long = Array.from({ length: 12 }, (_, i) => insert({ id_str: `m${i}`, created_at: new Date(today - i * 200 * 86_400_000).toISOString() }))
  const files = (folder: string): string[] => readdirSync(folder).filter((name) => /^\d+\.0\.db$/.test(name)).map((name) => join(folder, name))
  for (const how of ['not a database at all', 'gone'] as const) {
    it(`that are ${how} are all set aside by one question, and made again in one pass over the journal`, async () => {
      const folder = madeFolder()
      const lines = new Lines()
      const before = await openIn(folder, lines)
      await before.apply(lines.append(long))
      await before.close()
      assert.ok(files(folder).length > 8)
      for (const path of files(folder)) spoilings[how]?.(path)
      const go = told()
      let passes = 0
      async function* replay(after: number, upTo: number): AsyncGenerator<readonly string[]> {
        await go.once
        passes += 1
        yield* lines.replay(after, upTo)
      }
      const repaired = told()
      const index = await openIn(folder, lines, { replay, onRepaired: repaired.tell })
      assert.deepEqual((await index.search(everything, page)).partial, { reason: 'rebuilding' })
      go.tell()
      await repaired.once
      assert.ok(passes <= 2, `${passes} passes`)
      await assertWhole(index, lines)
      await index.close()
    })
  }
})

describe('a check', () => {
  it('finds terms that are damaged, which no count tells', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const before = await openIn(folder, lines)
    await before.apply(lines.append(world))
    await before.close()
    const db = new DatabaseSync(oldFile(folder), { defensive: false })
    db.exec('UPDATE terms_data SET block = zeroblob(length(block)) WHERE id = (SELECT max(id) FROM terms_data)')
    db.close()
    const repaired = told()
    const index = await openIn(folder, lines, { onRepaired: repaired.tell })
    assert.equal((await index.check()).length, 1)
    await repaired.once
    await assertWhole(index, lines)
    await index.close()
  })
  it('lets others go on and can be stopped', async () => {
    const lines = new Lines()
    const index = await openIn(madeFolder(), lines)
    await index.apply(lines.append(world))
    const stop = new AbortController()
    const checking = index.check(stop.signal)
    await index.apply(lines.append([remove('old1')]))
    stop.abort(new Error('enough'))
    await assert.rejects(checking, { message: 'enough' })
    await assertWhole(index, lines)
    await index.close()
  })
})

describe('an index that was begun anew', () => {
  it('knows after a restart that it is not whole, and when it is', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    lines.append(world)
    const before = await openIn(folder, lines)
    await before.apply(lines.after(0).slice(0, 30))
    await before.close()
    const index = await openIn(folder, lines)
    assert.equal(index.health().state, 'building')
    const { partial, hits } = await index.search(everything, page)
    assert.deepEqual([partial, hits], [{ reason: 'rebuilding' }, 30])
    await index.apply(lines.after(index.cursor()))
    await assertWhole(index, lines)
    await index.close()
  })
})

describe('a damaged catalog', () => {
  /** Opens all the same: the first task that asks for ids meets it. */
  const spoilIds = (folder: string): void => {
    const db = new DatabaseSync(join(folder, 'catalog.db'))
    const root = db.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'message'").get()?.['rootpage']
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    db.close()
    const bytes = readFileSync(join(folder, 'catalog.db'))
    bytes.fill(0x5a, (Number(root) - 1) * 8192, Number(root) * 8192)
    writeFileSync(join(folder, 'catalog.db'), bytes)
  }

  it('loses nothing, whatever task met it: what follows later is refused until the history has come again', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const before = await openIn(folder, lines)
    await before.apply(lines.append(world))
    await before.close()
    spoilIds(folder)
    const index = await openIn(folder, lines)
    const cursor = index.cursor()
    assert.equal(cursor, lines.last())
    await assert.rejects(index.forget(['new1']))
    assert.deepEqual([index.cursor(), index.health().state], [0, 'building'])
    await assert.rejects(index.apply(lines.append([insert({ id_str: 'later', created_at: at(1) })]), cursor))
    assert.equal(index.cursor(), 0)
    await index.apply(lines.after(0), 0)
    await assertWhole(index, lines)
    await index.close()
  })
  it('that only those who read have met is set aside, too, and so is one that a check finds', async () => {
    for (const [spoil, meet] of [
      [(folder: string) => spoilIds(folder), async (index: Index) => assert.equal(await index.message('new1'), undefined)],
      [(folder: string) => rewrite(join(folder, 'catalog.db'), `UPDATE author SET author = '{'`), async (index: Index) => assert.deepEqual(await index.check(), ['catalog.db'])],
    ] as const) {
      const folder = madeFolder()
      const lines = new Lines()
      const index = await openIn(folder, lines)
      await index.apply(lines.append([...world, authorIs({ key: 'did:plc:ann', name: 'Ann' })]))
      spoil(folder)
      await meet(index)
      assert.deepEqual([index.cursor(), index.health().state], [0, 'building'])
      await index.apply(lines.after(0))
      await assertWhole(index, lines)
      await index.close()
    }
  })
  it('is set aside with the whole index, which begins anew', async () => {
    const folder = madeFolder()
    const lines = new Lines()
    const before = await openIn(folder, lines)
    await before.apply(lines.append(world))
    await before.close()
    spoilings['overwritten in its middle']?.(join(folder, 'catalog.db'))

    const damaged = told<Damage>()
    const index = await openIn(folder, lines, { onDamage: damaged.tell })
    assert.equal((await damaged.once).name, 'catalog.db')
    assert.equal(index.cursor(), 0)
    assert.equal(index.health().state, 'building')
    assert.deepEqual((await index.search(everything, page)).partial, { reason: 'rebuilding' })
    assert.ok(existsSync(`${folder}.damaged`))
    await index.apply(lines.after(0))
    await assertWhole(index, lines)
    assert.ok(!existsSync(`${folder}.damaged`), 'what was set aside, which has the text of what was deleted, is gone')
    await index.close()
  })
})
