// Owns the data folder: its layout, its version, and the lock that lets one process have it. The lock is held by the kernel
// (an exclusive SQLite lock on `state/lock.db`), so that it ends with the process whatever kills it, and means the same
// inside and outside a container.
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LoklakError } from '../watch/errors.ts'

/** Raised when an older program could no longer read what is written. */
export const dataVersion = 1

export interface DataFolder {
  readonly path: string
  readonly own: string
  readonly import: string
  readonly imported: string
  readonly index: string
  readonly state: string
  readonly settings: string
  /** Where commands reach the server that holds the folder. */
  readonly socket: string
}

export function dataFolder(path: string): DataFolder {
  const root = resolve(path)
  const dump = join(root, 'dump')
  const state = join(root, 'state')
  return {
    path: root,
    own: join(dump, 'own'),
    import: join(dump, 'import'),
    imported: join(dump, 'imported'),
    index: join(root, 'index'),
    state,
    settings: join(root, 'settings'),
    socket: join(state, 'loklak.sock'),
  }
}

/** The files in `dump/import` that are to be imported, in the order of their names; one may still be being copied. */
export async function droppedFiles({ import: folder }: Pick<DataFolder, 'import'>): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'readme.txt').map(({ name }) => name).sort()
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()

/** Makes a folder and those above it. Node's own way of that never ends below what takes no folders, as /proc. */
function makeFolder(path: string): void {
  if (isFolder(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o755 })
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error
  }
}

function create(folder: DataFolder): void {
  try {
    for (const path of [folder.own, folder.import, folder.imported, folder.index, folder.state, folder.settings]) makeFolder(path)
    accessSync(folder.own, constants.W_OK)
  } catch (error) {
    throw new LoklakError('DATA_FOLDER_UNUSABLE', `${folder.path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkVersion(folder: DataFolder): void {
  const file = join(folder.state, 'version')
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  // An empty file is what a power cut leaves of one that was just made.
  if (found === '') return writeFileSync(file, `${dataVersion}\n`, { flush: true })
  const version = Number(found)
  if (!Number.isInteger(version) || version < 1) throw new LoklakError('DATA_FOLDER_UNUSABLE', `${file} says ${JSON.stringify(found)}; a whole number was expected`)
  if (version > dataVersion) throw new LoklakError('DATA_FOLDER_TOO_NEW', `${folder.path} has version ${version}; this program knows up to ${dataVersion}.`)
}

/** The name of the journal in the folder, made once: 16 hexadecimal digits. */
function journalId(folder: DataFolder): string {
  const file = join(folder.state, 'journal-id')
  try {
    const found = readFileSync(file, 'utf8').trim()
    if (/^[0-9a-f]{16}$/.test(found)) return found
  } catch {
    // It is not there yet.
  }
  const id = randomBytes(8).toString('hex')
  writeFileSync(file, `${id}\n`, { flush: true })
  return id
}

/** SQLITE_BUSY: somebody else has the lock. */
const busy = 5

function takeLock(folder: DataFolder): DatabaseSync {
  const file = join(folder.state, 'lock.db')
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(file)
    lock.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) throw new LoklakError('DATA_FOLDER_IN_USE', folder.path)
    throw new LoklakError('DATA_FOLDER_UNUSABLE', `${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export interface HeldFolder {
  readonly folder: DataFolder
  readonly journalId: string
  close(): void
}

/** Opens a data folder for writing, creating it where it is not there. Throws LoklakError where another process has it. */
export function openDataFolder(path: string): HeldFolder {
  const folder = dataFolder(path)
  create(folder)
  const lock = takeLock(folder)
  try {
    checkVersion(folder)
  } catch (error) {
    lock.close()
    throw error
  }
  return { folder, journalId: journalId(folder), close: () => lock.close() }
}
