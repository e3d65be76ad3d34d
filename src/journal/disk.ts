// Owns the few calls by which the journal changes the disk, so that a test can let each of them fail.
import { open, rename, statfs, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A file that is only ever appended to. */
export interface AppendFile {
  write(data: Buffer): Promise<void>
  /** fdatasync: afterwards what was written survives a power cut. */
  sync(): Promise<void>
  truncate(bytes: number): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  append(path: string): Promise<AppendFile>
  syncFolder(folder: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Bytes free to this user and in all, on the file system of a path. */
  space(path: string): Promise<{ readonly free: number; readonly total: number }>
}

export const realDisk: Disk = {
  async append(path) {
    const file = await open(path, 'a', 0o644)
    return {
      async write(data) {
        for (let done = 0; done < data.length; ) done += (await file.write(data, done)).bytesWritten
      },
      sync: () => file.datasync(),
      truncate: (bytes) => file.truncate(bytes),
      close: () => file.close(),
    }
  },
  async syncFolder(folder) {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  rename,
  unlink,
  async space(path) {
    const { bavail, blocks, bsize } = await statfs(path)
    return { free: bavail * bsize, total: blocks * bsize }
  },
}

/** Moves a finished file into its place so that either the old or the new one is there after a power cut. */
export async function moveIntoPlace(disk: Disk, from: string, to: string): Promise<void> {
  await disk.rename(from, to)
  await disk.syncFolder(dirname(to))
}
