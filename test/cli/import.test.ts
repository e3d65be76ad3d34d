import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { importDumps } from '../../src/cli/import.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { run, type Ran } from './fixtures.ts'
import { temporaryFolder } from './folders.ts'

const line = '{"id_str":"1","text":"x","user":{"screen_name":"ann"}}\n'

const importing = (folder: string, ...argv: string[]): Promise<Ran> => run(['import', ...argv, '--data.path=data', '--disk.floor=0'], [importDumps], { cwd: folder, now: Date.now })

describe('import', () => {
  test('makes no data folder where a file is not there', async (t) => {
    const folder = await temporaryFolder(t)
    await writeFile(join(folder, 'a.txt'), line)
    const { code, err } = await importing(folder, 'a.txt', 'missing.txt')
    assert.equal(code, 1)
    assert.match(err, /missing\.txt is not there\./)
    assert.deepEqual(await readdir(folder), ['a.txt'])
  })

  test('says that there is nothing in a folder, and where refused lines are', async (t) => {
    const folder = await temporaryFolder(t)
    await mkdir(join(folder, 'empty'))
    await writeFile(join(folder, 'empty', 'notes.md'), 'x')
    await writeFile(join(folder, 'a.txt'), `${line}no json\n`)
    const { code, err, out } = await importing(folder, 'empty', 'a.txt', '--format=csv')
    assert.equal(code, 0)
    assert.match(err, /^nothing to import in .+empty: no \.txt, \.txt\.gz or \.zst$/m)
    assert.match(out, /a\.txt,2,1,0,0,0,0,0,1,\r?\n$/)
    const [, path = ''] = /^the refused lines of .+a\.txt are in (.+\.rejected)$/m.exec(err) ?? []
    assert.match(await readFile(path, 'utf8'), /^\{"line":2,"reason":"is not JSON/)
  })

  test('stopped while it waits for the disk, says with which command it goes on, and that once', async (t) => {
    const folder = await temporaryFolder(t)
    await writeFile(join(folder, `Ann's dump.txt`), line)
    const stop = new AbortController()
    let said = ''
    const err = new Writable({
      write(chunk, _encoding, done) {
        said += String(chunk)
        if (said.includes('waiting:')) stop.abort(new LoklakError('STOPPED', ''))
        done()
      },
    })
    const argv = ['--log.level=info', 'import', `Ann's dump.txt`, '--disk.floor=100%', `--data.path=${join(folder, 'data')}`, '--format', 'json', '--stream.mqtt.password=geheim', '--stream.mqtt.password', 'geheim', '--stream.mqtt.address=joe:geheim@broker']
    const { code } = await run(argv, [importDumps], { cwd: folder, err, signal: stop.signal, now: Date.now })
    assert.equal(code, 1)
    const shell = `loklak --log.level=info import 'Ann'\\''s dump.txt' --disk.floor=100% --data.path=${join(folder, 'data')} --format json '--stream.mqtt.password=(hidden)' --stream.mqtt.password '(hidden)' '--stream.mqtt.address=(hidden)@broker'`
    assert.ok(said.endsWith(`error: Stopped by request. The command was: ${shell}\nhint: Run the same command again: it goes on where it stopped.\n`), said)
    const again = await importing(folder, `Ann's dump.txt`, '--format=ndjson')
    assert.match(again.out, /"new":1,"known":0/)
  })
})
