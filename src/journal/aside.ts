// Owns the file where lines land that are taken out of a segment because they are no records: all of them, as they are.
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface Aside {
  add(text: Buffer): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * Appends to a file, which is made when the first line comes. A pass that was interrupted and is done again appends its lines
 * again: twice is better than not at all.
 */
export function openAside(path: string): Aside {
  let file: Awaited<ReturnType<typeof open>> | undefined
  return {
    async add(text) {
      if (file === undefined) {
        await mkdir(dirname(path), { recursive: true })
        file = await open(path, 'a', 0o644)
      }
      await file.writeFile(text)
    },
    sync: async () => file?.sync(),
    close: async () => file?.close(),
  }
}
