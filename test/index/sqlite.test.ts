import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openSqliteIndex } from '../../src/index/sqlite/index.ts'
import { indexContract } from './contract.ts'

const folders: string[] = []
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

indexContract('embedded index', async (lines) => {
  const folder = await mkdtemp(join(tmpdir(), 'loklak-index-'))
  folders.push(folder)
  // Few messages make a partition full, so that what is tested spans many of them.
  return openSqliteIndex({ folder, replay: (after, upTo) => lines.replay(after, upTo), onDamage: () => undefined, onRepaired: () => undefined, rows: 25 })
})
