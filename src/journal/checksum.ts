// Owns what is known of each sealed segment: its checksum, size and contents, and where its members begin, one small file each
// in `state/segments`.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { writeAtomic } from '../support/atomic-file.ts'

const Seal = Type.Object({
  name: Type.String(),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String(),
  records: Type.Integer({ minimum: 0 }),
  last: Type.Integer({ minimum: 0 }),
  /** Where it has several gzip members and it is known where: of each but the first the greatest position before it, and its first byte. */
  members: Type.Optional(Type.Immutable(Type.Array(Type.Immutable(Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })]))))),
})
export type Seal = Static<typeof Seal>

const pathOf = (folder: string, name: string): string => join(folder, `${name}.json`)

export async function writeSeal(folder: string, seal: Seal): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeAtomic(pathOf(folder, seal.name), `${JSON.stringify(seal)}\n`)
}

/** What was written when the segment was sealed; undefined where nothing (readable) was. */
export async function readSeal(folder: string, name: string): Promise<Seal | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(pathOf(folder, name), 'utf8'))
    return Value.Check(Seal, json) ? json : undefined
  } catch {
    return undefined
  }
}

export const removeSeal = (folder: string, name: string): Promise<void> => rm(pathOf(folder, name), { force: true })

/** SHA-256 of a file, as hex. */
export async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
