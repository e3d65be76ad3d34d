// Owns the two zstd dictionaries of Jetstream, read from a folder. Does not carry them: without the folder nothing is compressed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'

export interface Dictionary {
  /** Its number, which stands in the dictionary itself and in every frame that was compressed with it. */
  readonly id: number
  readonly bytes: Buffer
}

export interface Dictionaries {
  readonly v1: Dictionary
  readonly v2: Dictionary
}

function readDictionary(path: string): Dictionary {
  const bytes = readFileSync(path)
  return { id: bytes.readUInt32LE(4), bytes }
}

export const readDictionaries = (folder: string): Dictionaries => ({
  v1: readDictionary(join(folder, 'legacy_subscribe.zdict')),
  v2: readDictionary(join(folder, 'subscribe_events_20260811.zdict')),
})

export const compress = (text: string, dictionary: Dictionary): Buffer => zstdCompressSync(text, { dictionary: dictionary.bytes })
