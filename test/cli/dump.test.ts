import assert from 'node:assert/strict'
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { dump } from '../../src/cli/dump.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { run as runCommand, type Ran } from './fixtures.ts'
import { noon, post, store, temporaryFolder } from './folders.ts'

const run = (path: string, ...argv: string[]): Promise<Ran> => runCommand(['dump', ...argv, '--format=ndjson', `--data.path=${path}`], [dump], { now: () => noon })

describe('dump list', () => {
  test('says the same in every format', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [{ kind: 'message', message: post('ann', 'whole') }])
    const told = (format: string): Promise<Ran> => runCommand(['dump', 'list', `--format=${format}`, `--data.path=${path}`], [dump])
    const [name = ''] = await readdir(join(path, 'dump', 'own'))
    await utimes(join(path, 'dump', 'own', name), noon / 1000 + 5, noon / 1000 + 5)
    const [row]: Readonly<Record<string, unknown>>[] = JSON.parse((await told('json')).out)
    const { size } = await stat(join(path, 'dump', 'own', name))
    assert.deepEqual(row, { name, bytes: size, sealed: false, from: '2026-06-01T12:00:00.000Z', modified: '2026-06-01T12:00:05.000Z' })
    assert.deepEqual(JSON.parse((await told('ndjson')).out), row)
    assert.deepEqual((await told('csv')).out.trimEnd().split(/\r?\n/).map((one) => one.split(',')), [Object.keys(row ?? {}), Object.values(row ?? {}).map(String)])
  })
})

describe('dump verify', () => {
  test('looks at what retention left as well', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [{ kind: 'message', message: post('ann', 'whole') }])
    assert.equal((await run(path, 'verify')).code, 0)
    const name = 'remainder_20260501_43200000.txt.gz'
    await writeFile(join(path, 'dump', 'own', name), gzipSync('{"$T":1777636800000000,"$P":"K","created_at":"2026-05-01T11:00:00.000Z"}\n'))
    const { code, out } = await run(path, 'verify')
    const [left]: Readonly<Record<string, unknown>>[] = out.trimEnd().split('\n').map((line) => JSON.parse(line))
    assert.deepEqual([code, left?.['segment'], left?.['checksum'], left?.['damages']], [1, name, 'missing', 1])
  })

  /** A data folder with a small closed dump and a large open one. */
  async function twoDumps(t: TestContext): Promise<string> {
    const path = await temporaryFolder(t)
    await store(path, [{ kind: 'message', message: post('ann', 'whole') }])
    const own = join(path, 'dump', 'own')
    const [small = ''] = await readdir(own)
    const line = (n: number): string => `{"$T":${Date.UTC(2026, 5, 3) * 1000 + n},"$P":"D","id_str":"test:${n}","noise":"${'x'.repeat(1000)}"}\n`
    await writeFile(join(own, 'messages_20260603_00000000.txt'), Array.from({ length: 3000 }, (_, n) => line(n)).join(''))
    await writeFile(join(own, `${small}.gz`), gzipSync(await readFile(join(own, small))))
    await rm(join(own, small))
    return path
  }

  test('tells each dump in a line, and what is damaged', async (t) => {
    const path = await twoDumps(t)
    const told = await runCommand(['dump', 'verify', `--data.path=${path}`], [dump])
    assert.equal(told.code, 1)
    assert.match(told.out, /^messages_20260601_\d{8}\.txt\.gz {2}\d records {2}checksum missing\nmessages_20260603_00000000\.txt {2}3,000 records {2}checksum open\n$/)
  })

  test('shows how far it is in bytes, and stops in the middle of a dump, with what it told before', async (t) => {
    const path = await twoDumps(t)
    const stop = new AbortController()
    const shares: number[] = []
    let said = ''
    const err = new Writable({
      write(chunk, _encoding, done) {
        said += String(chunk)
        const [, share] = /verify: (\d+)%/.exec(String(chunk)) ?? []
        if (share !== undefined) shares.push(Number(share))
        if (Number(share) > 30) stop.abort(new LoklakError('STOPPED', ''))
        done()
      },
    })
    let time = 0
    const { code, out } = await runCommand(['dump', 'verify', `--data.path=${path}`], [dump], { now: () => (time += 20_000), err, signal: stop.signal })
    assert.equal(code, 1)
    assert.match(out, /^messages_20260601_\S+ [^\n]+\n$/)
    assert.ok(shares.some((share) => share > 5 && share < 30) && (shares.at(-1) ?? 100) < 90, shares.join())
    assert.ok(said.endsWith('error: Stopped by request. Not all dumps were verified.\nhint: Run the same command again: it begins anew.\n'), said)
  })
})

describe('dump repair', () => {
  test('says how many lines it took out and where all of them are kept', async (t) => {
    const path = await temporaryFolder(t)
    await store(path, [{ kind: 'message', message: post('ann', 'whole') }])
    const own = join(path, 'dump', 'own')
    const [name = ''] = await readdir(own)
    const text = await readFile(join(own, name), 'utf8')
    await writeFile(join(own, `${name}.gz`), gzipSync(`not a line\n${text}nor this\n`))
    await rm(join(own, name))
    const kept = join(path, 'state', 'quarantine')
    const { code, out } = await run(path, 'repair')
    assert.deepEqual([code, JSON.parse(out)], [0, { repaired: 2, broken: 0, resealed: 0, failed: 0, kept }])
    assert.equal(await readFile(join(kept, name.replace('.txt', '.removed')), 'utf8'), 'not a line\nnor this\n')
    assert.deepEqual(JSON.parse((await run(path, 'repair')).out), { repaired: 0, broken: 0, resealed: 0, failed: 0, kept: '' })
  })

  test('mends a dump that breaks off, for which compact ends with 1', async (t) => {
    const path = await temporaryFolder(t)
    const message = post('ann', 'whole')
    await store(path, [{ kind: 'message', message }, { kind: 'delete', id_str: message.id_str }])
    const own = join(path, 'dump', 'own')
    const [name = ''] = await readdir(own)
    await writeFile(join(own, `${name}.gz`), gzipSync(await readFile(join(own, name))).subarray(0, -8))
    await rm(join(own, name))
    const told = async (what: string): Promise<unknown[]> => {
      const { code, out } = await run(path, what)
      return [code, JSON.parse(out)]
    }
    assert.deepEqual(await told('compact'), [1, { lines: 0, foreign: 0, failed: 1 }])
    assert.deepEqual(await told('repair'), [0, { repaired: 0, broken: 1, resealed: 0, failed: 0, kept: join(path, 'state', 'quarantine') }])
    // The text goes from what was set aside as well.
    assert.deepEqual(await told('compact'), [0, { lines: 1, foreign: 2, failed: 0 }])
  })
})
