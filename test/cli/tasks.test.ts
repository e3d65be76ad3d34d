import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { tasks } from '../../src/cli/tasks.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { openTest } from '../intake/fixtures.ts'
import { temporaryFolder } from './folders.ts'

test('an import for a command says that it goes on when it is asked again, where the server is stopped or the command goes away', async (t) => {
  const file = join(await temporaryFolder(t), 'a.txt')
  await writeFile(file, '{"id_str":"1","text":"x","user":{"screen_name":"ann"}}\n')
  const stop = new AbortController()
  const { archive } = await openTest(t, { floor: () => Infinity, onBlocked: () => stop.abort() })
  await assert.rejects(Array.fromAsync(tasks.import(archive, { paths: [file] }, stop.signal)), (error: unknown) => error instanceof LoklakError && error.code === 'INTERRUPTED')
})
