// What is started by npm ends with npm, though the shell between them passes nothing on.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import { temporaryFolder } from '../journal/fixtures.ts'
import { until } from './program.ts'

test('a SIGTERM to `npm start` stops the server and frees the data folder', async (t) => {
  const folder = await temporaryFolder()
  const args = ['start', '--', '--port.http=0', `--data.path=${folder}`, '--disk.floor=0', '--source.bluesky.enabled=false', '--source.bluesky.appview.url=']
  const npm = spawn('npm', args, { cwd: join(import.meta.dirname, '..', '..'), env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  t.after(() => {
    try {
      if (npm.pid !== undefined) process.kill(-npm.pid, 'SIGKILL')
    } catch {
      // All of it has ended.
    }
  })
  let out = ''
  npm.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  await until('the banner', () => (out.includes('listening on') ? true : undefined))
  npm.kill('SIGTERM')
  await until('the folder to be free', () => {
    try {
      openDataFolder(folder).close()
      return true
    } catch {
      return undefined
    }
  })
})
