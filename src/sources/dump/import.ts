// Owns importing one foreign dump file: its lines go through the intake in order; what is refused goes to a `.rejected`
// file beside the receipt; where it stopped is kept, so that an interrupted import goes on there.
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { Draft, Intake } from '../../intake/port.ts'
import { writeAtomic } from '../../support/atomic-file.ts'
import { LoklakError } from '../../watch/errors.ts'
import { decodeDumpLine } from './decode.ts'
import { foreignLines, type ForeignLine } from './lines.ts'

const Counts = Type.Object({
  lines: Type.Integer(),
  new: Type.Integer(),
  known: Type.Integer(),
  edited: Type.Integer(),
  deleted: Type.Integer(),
  authors: Type.Integer(),
  withheld: Type.Integer(),
  invalid: Type.Integer(),
})
/** What became of the lines of a file. `known` counts what was there already, unchanged edits and deletes included. */
export type ImportCounts = Static<typeof Counts>
export const noCounts: ImportCounts = { lines: 0, new: 0, known: 0, edited: 0, deleted: 0, authors: 0, withheld: 0, invalid: 0 }

export interface ImportProgress {
  readonly file: string
  readonly bytes: number
  readonly total: number
  readonly counts: ImportCounts
}

export interface ImportFolders {
  /** Where unfinished imports are remembered. */
  readonly state: string
  /** Where `.rejected` files go. */
  readonly rejected: string
}

const batchLines = 500
const batchLetters = 4 * 1024 * 1024
const saveEvery = 20_000
const shownText = 65_536

interface Pending {
  readonly drafts: Draft[]
  /** The line of each draft. */
  readonly sources: ForeignLine[]
  readonly rejected: string[]
  lines: number
  letters: number
}

const nothing = (): Pending => ({ drafts: [], sources: [], rejected: [], lines: 0, letters: 0 })
const rejection = ({ number, text }: ForeignLine, reason: string): string => `${JSON.stringify({ line: number, reason, text: text.slice(0, shownText) })}\n`

/** Where the progress of a file is kept; another size or time makes it another file. */
async function memoryOf(folder: string, path: string): Promise<{ readonly path: string; readonly size: number }> {
  const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
    throw new LoklakError('BAD_IMPORT', `${path} cannot be read.`, { cause: error })
  })
  const key = createHash('sha256').update(`${resolve(path)}\n${size}\n${mtimeMs}`).digest('hex').slice(0, 24)
  return { path: join(folder, `${key}.json`), size }
}

async function remembered(path: string): Promise<ImportCounts> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'))
    return Value.Check(Counts, json) ? json : noCounts
  } catch {
    return noCounts
  }
}

/**
 * Imports a file and tells after each batch how far it is; the last one told is the end. Throws LoklakError BAD_IMPORT for a file that is
 * refused as a whole (what was stored before stays), and the reason of the signal where that aborts.
 */
export async function* importFile(file: string, intake: Intake, folders: ImportFolders, signal: AbortSignal): AsyncGenerator<ImportProgress> {
  await mkdir(folders.state, { recursive: true })
  await mkdir(folders.rejected, { recursive: true })
  const memory = await memoryOf(folders.state, file)
  const begin = await remembered(memory.path)
  const counts = { ...begin }
  const rejectedPath = join(folders.rejected, `${basename(file)}.rejected`)
  let saved = counts.lines
  let bytes = 0
  let pending = nothing()

  async function store(): Promise<ImportProgress> {
    const { drafts, sources, rejected, lines } = pending
    pending = nothing()
    for (const [i, { outcome, reason }] of (await intake.offer(drafts, { source: 'import', imported: true })).entries()) {
      const source = sources[i]
      if (outcome === 'invalid' && source !== undefined) rejected.push(rejection(source, reason ?? ''))
      else counts[outcome === 'author' ? 'authors' : outcome === 'unchanged' ? 'known' : outcome]++
    }
    if (rejected.length > 0) await appendFile(rejectedPath, rejected.join(''))
    counts.invalid += rejected.length
    counts.lines += lines
    if (counts.lines - saved >= saveEvery) {
      saved = counts.lines
      await writeAtomic(memory.path, JSON.stringify(counts))
    }
    return { file, bytes, total: memory.size, counts: { ...counts } }
  }

  try {
    let number = 0
    for await (const line of foreignLines(file, (read) => (bytes = read), signal)) {
      number++
      if (number <= begin.lines) continue
      const decoded = line.bad === undefined ? decodeDumpLine(line.text) : { bad: line.bad }
      if ('draft' in decoded) {
        pending.drafts.push(decoded.draft)
        pending.sources.push(line)
      } else pending.rejected.push(rejection(line, decoded.bad))
      pending.lines++
      pending.letters += line.text.length
      if (pending.lines >= batchLines || pending.letters >= batchLetters) yield await store()
    }
    yield await store()
    await rm(memory.path, { force: true })
  } catch (error) {
    if (error instanceof LoklakError) {
      // The file is refused from here on; what was whole of it is stored, and there is nothing to go on with.
      yield await store()
      await rm(memory.path, { force: true })
    } else await writeAtomic(memory.path, JSON.stringify(counts))
    throw error
  }
}
