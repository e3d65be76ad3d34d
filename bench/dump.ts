// Owns the dump that benches import: generated messages of the last thirty days.
import { writeFile } from 'node:fs/promises'
import { sampleLines } from '../src/sources/sample/sample.ts'

/** Writes a dump of so many messages, with what else happened meanwhile. */
export async function writeDump(file: string, messages: number): Promise<void> {
  await writeFile(file, `${[...sampleLines({ count: messages, seed: 1, until: Date.now(), days: 30 })].join('\n')}\n`)
}
