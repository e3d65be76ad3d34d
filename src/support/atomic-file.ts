// Owns replacing a small file so that after a crash at any moment either the old or the new content is there, never a part.
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

async function syncFolder(folder: string): Promise<void> {
  // Windows has no handle on a folder; its rename is durable by itself.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes to `path.new` beside it, syncs, renames, syncs the folder. Makes the folder. One writer a path at a time. */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const fresh = `${path}.new`
  const file = await open(fresh, 'w', 0o644)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
  await syncFolder(folder)
}
