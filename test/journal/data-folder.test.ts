import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import { LoklakError } from '../../src/watch/errors.ts'
import { temporaryFolder } from './fixtures.ts'

const unusable = (error: unknown): boolean => error instanceof LoklakError && error.code === 'DATA_FOLDER_UNUSABLE'

test('a data folder is made with all above it', async () => {
  const path = join(await temporaryFolder(), 'a', 'b')
  openDataFolder(path).close()
  assert.ok(existsSync(join(path, 'dump', 'own')))
  openDataFolder(path).close()
})

test('a file or a link that leads nowhere in the way of it is told', async () => {
  const folder = await temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  symlinkSync(join(folder, 'gone'), join(folder, 'link'))
  for (const path of ['file', 'file/below', 'link', 'link/below']) assert.throws(() => openDataFolder(join(folder, path)), unusable, path)
})

test('below what takes no folders it fails, and does so at once', { skip: process.platform === 'linux' ? false : 'needs /proc' }, () => {
  const module = join(import.meta.dirname, '..', '..', 'src', 'journal', 'data-folder.ts')
  const script = `const { openDataFolder } = await import(${JSON.stringify(module)}); try { openDataFolder('/proc/loklak/data') } catch (error) { console.log(error.code) }`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000, killSignal: 'SIGKILL', encoding: 'utf8' })
  assert.equal(stdout, 'DATA_FOLDER_UNUSABLE\n')
})
