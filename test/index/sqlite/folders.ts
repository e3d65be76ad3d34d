// Owns the folders of indexes that tests make, and opening an index in one of them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Index } from '../../../src/index/port.ts'
import { openSqliteIndex, type SqliteIndexOptions } from '../../../src/index/sqlite/index.ts'
import type { Lines } from '../made.ts'

const folders: string[] = []
const opened: Index[] = []
after(async () => {
  // A test that failed may have left its threads running.
  await Promise.all(opened.map((index) => index.close()))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder that is gone after the tests of the file. */
export function madeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loklak-index-'))
  folders.push(folder)
  return folder
}

/** Opens an index over made up lines; partitions are full with few messages. */
export async function openIn(folder: string, lines: Lines, options: Partial<SqliteIndexOptions> = {}): Promise<Index> {
  const index = await openSqliteIndex({ folder, last: () => lines.last(), replay: (after, upTo) => lines.replay(after, upTo), onDamage: () => undefined, onOtherVersion: () => undefined, onRepaired: () => undefined, rows: 25, ...options })
  opened.push(index)
  return index
}

/** Something that is told once, to be awaited. */
export function told<T = void>(): { readonly once: Promise<T>; readonly tell: (value: T) => void } {
  let tell: (value: T) => void = () => undefined
  const once = new Promise<T>((resolve) => (tell = resolve))
  return { once, tell }
}
