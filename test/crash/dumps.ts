// Owns reading the dumps of a data folder in the plainest way there is, with nothing of the journal's own code.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** One line of a dump. `name` is that of an author, `key` whose message it is. */
export interface DumpLine {
  readonly position: number
  readonly op: string
  readonly id: string
  readonly text: string | undefined
  readonly key: string | undefined
  readonly name: string | undefined
  readonly state: string | undefined
  readonly sealed: boolean
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function parse(line: string, sealed: boolean): DumpLine {
  const json: unknown = JSON.parse(line)
  if (!isObject(json)) throw new Error(`no object: ${line}`)
  const author = isObject(json['author']) ? json['author'] : undefined
  const user = isObject(json['user']) ? json['user'] : undefined
  return {
    position: Number(json['$T']),
    op: String(json['$P']),
    id: text(json['id_str']) ?? text(author?.['key']) ?? '',
    text: text(json['text']),
    key: text(user?.['user_id']),
    name: text(author?.['name']),
    state: text(author?.['state']),
    sealed,
  }
}

const ownFolder = (folder: string): string => join(folder, 'dump', 'own')
const plainName = /^messages_\d{8}_\d{8}\.txt$/

/** What retention left of segments that are gone. Of one that is still there it says nothing new. */
function readRemainders(own: string, segments: readonly string[]): DumpLine[] {
  const names = readdirSync(own).filter((name) => /^remainder_\d{8}_\d{8}\.txt\.gz$/.test(name) && !segments.includes(name.replace('remainder_', 'messages_').replace(/\.gz$/, '')))
  return names.sort().flatMap((name) => gunzipSync(readFileSync(join(own, name))).toString('utf8').split('\n').slice(0, -1).map((line) => parse(line, true)))
}

/** The lines of all dumps in the order of names, and before them what retention left of older ones. Just after a crash the newest may end within a line, and a segment may be there twice. */
export function readDumps(folder: string, after: 'a crash' | 'recovery'): DumpLine[] {
  const own = ownFolder(folder)
  const names = new Set(readdirSync(own))
  const segments = [...new Set([...names].map((name) => name.replace(/\.gz$/, '')))].filter((name) => plainName.test(name)).sort()
  const lines = segments.flatMap((name) => {
    const plain = names.has(name) ? readFileSync(join(own, name), 'utf8') : undefined
    const packed = names.has(`${name}.gz`) ? gunzipSync(readFileSync(join(own, `${name}.gz`))).toString('utf8') : undefined
    if (after === 'recovery' && plain !== undefined && packed !== undefined) throw new Error(`${name} is there twice`)
    if (plain !== undefined && packed !== undefined && plain !== packed) throw new Error(`${name} is there twice and differs`)
    const lines = (packed ?? plain ?? '').split('\n')
    const rest = lines.pop()
    if (rest !== '' && (after === 'recovery' || name !== segments.at(-1))) throw new Error(`${name} ends within a line: ${rest}`)
    return lines.map((line) => parse(line, packed !== undefined))
  })
  return [...readRemainders(own, segments), ...lines]
}

/** What is left over or does not fit its checksum after recovery; empty where all is well. */
export function flaws(folder: string): string[] {
  const own = ownFolder(folder)
  const found = readdirSync(own).filter((name) => name.endsWith('.tmp'))
  for (const name of readdirSync(own).filter((name) => name.endsWith('.txt.gz'))) {
    const sha256 = createHash('sha256').update(readFileSync(join(own, name))).digest('hex')
    const seal: unknown = JSON.parse(readFileSync(join(folder, 'state', 'segments', `${name}.json`), 'utf8'))
    if (!isObject(seal) || seal['sha256'] !== sha256) found.push(`${name} is not what was sealed`)
  }
  return found
}
