// One data folder, one process, whatever ended the last one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run, serve } from '../e2e/program.ts'
import { temporaryFolder } from '../journal/fixtures.ts'

test('a second server on a data folder is refused and told what to do; after kill -9 of the first it starts', async (t) => {
  const folder = await temporaryFolder()
  const first = await serve(t, folder)
  const second = await run(t, '--port.http=0', `--data.path=${folder}`, '--source.bluesky.enabled=false')
  assert.deepEqual({ code: second.code, out: second.out }, { code: 1, out: '' })
  assert.match(second.err, /^error: Another loklak process holds this data folder\. /)
  assert.ok(second.err.includes(folder), second.err)
  assert.match(second.err, /\nhint: .*--data\.path=DIR/)

  first.signal('SIGKILL')
  assert.equal((await first.ended).signal, 'SIGKILL')
  const third = await serve(t, folder)
  third.signal()
  assert.equal((await third.ended).code, 0)
})
