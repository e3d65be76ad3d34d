// Owns zstd with a dictionary, in which Jetstream can send its frames at half the size. v2 servers hand their dictionary
// out; that of v1 is in no server's hands, so v1 is compressed only where the operator names a file with it.
import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { zstdDecompressSync } from 'node:zlib'
import { fetchOperator } from '../../support/fetch.ts'
import { dictionaryUrl, type Address } from './address.ts'
import type { DropReason } from './event.ts'
import type { Log } from './options.ts'

export interface Dictionary {
  readonly id: number
  readonly bytes: Buffer
}

const magic = 0xec30a437
/** A server that was asked for plain frames is trusted with compressed ones again after so many milliseconds. */
const trustAgainAfter = 3_600_000
const mostBytes = 4 * 1024 * 1024

/** Throws where the bytes are not a zstd dictionary: its frames could not be read. */
export function parseDictionary(bytes: Buffer): Dictionary {
  if (bytes.length < 8 || bytes.readUInt32LE(0) !== magic) throw new Error('this is not a zstd dictionary')
  return { id: bytes.readUInt32LE(4), bytes }
}

/** The text of a frame as it came, or why it has none. `most` bounds it in bytes, before it is decompressed. */
export function frameText(data: Buffer, binary: boolean, dictionary: Dictionary | null, most: number): { readonly text: string } | DropReason {
  if (data.length > most) return 'frame too large'
  let plain = data
  if (binary) {
    if (dictionary === null) return 'binary frame without compression'
    try {
      plain = zstdDecompressSync(data, { dictionary: dictionary.bytes, maxOutputLength: most })
    } catch (error) {
      return error instanceof RangeError ? 'frame too large' : 'frame not decompressed'
    }
  }
  return isUtf8(plain) ? { text: plain.toString('utf8') } : 'frame is not UTF-8'
}

export interface Compression {
  /** The dictionary to ask a server for compressed frames with; null to ask for plain ones. Never throws. */
  dictionary(address: Address, signal: AbortSignal): Promise<Dictionary | null>
  /** The server has another dictionary now: it is fetched again, once. */
  renew(address: Address): void
  /** Asks this server for plain frames for an hour. */
  abandon(address: Address, why: string): void
}

/** `file` is where the dictionary of v1 lies, where the operator has it. */
export function compression(options: { readonly file: string | undefined; readonly userAgent: string; readonly log: Log; readonly now: () => number }): Compression {
  const known = new Map<string, Dictionary>()
  /** Servers that are asked for plain frames, and until when. */
  const plain = new Map<string, number>()
  const renewed = new Set<string>()
  let saidThatNoneIsNamed = false

  async function load(address: Address, signal: AbortSignal): Promise<Dictionary> {
    if (options.file !== undefined && address.version === 1) return parseDictionary(await readFile(options.file, { signal }))
    const answer = await fetchOperator(dictionaryUrl(address), { signal, timeout: 15_000, mostBytes, headers: { 'user-agent': options.userAgent } })
    if (answer.status !== 200) throw new Error(`${dictionaryUrl(address)}: HTTP ${answer.status}`)
    return parseDictionary(answer.body)
  }

  function abandon(address: Address, why: string): void {
    plain.set(address.label, options.now() + trustAgainAfter)
    known.delete(address.label)
    renewed.delete(address.label)
    options.log.warn({ server: address.label, why }, 'Bluesky frames come uncompressed.')
  }

  /** Said once: it is as it is until the next start. */
  function noneIsNamed(address: Address): null {
    if (!saidThatNoneIsNamed) options.log.warn({ server: address.label, why: 'v1 servers hand out no dictionary; source.bluesky.dictionary names a file with it' }, 'Bluesky frames come uncompressed.')
    saidThatNoneIsNamed = true
    return null
  }

  return {
    async dictionary(address, signal) {
      if (address.version === 1 && options.file === undefined) return noneIsNamed(address)
      if ((plain.get(address.label) ?? 0) > options.now()) return null
      const found = known.get(address.label)
      if (found !== undefined) return found
      try {
        const loaded = await load(address, signal)
        known.set(address.label, loaded)
        return loaded
      } catch (error) {
        if (!signal.aborted) abandon(address, error instanceof Error ? error.message : String(error))
        return null
      }
    },
    renew(address) {
      known.delete(address.label)
      if (renewed.has(address.label)) abandon(address, 'it refuses the dictionary that it hands out')
      else renewed.add(address.label)
    },
    abandon,
  }
}
