// Owns the check of the data folder: that it is there or can be made, is of our version, may be written, and who holds it.
import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { dataFolder, dataVersion, openDataFolder } from '../../journal/data-folder.ts'
import { LoklakError } from '../../watch/errors.ts'
import { fail, ok, reasonOf, type Finding } from './check.ts'

export interface FolderState {
  readonly finding: Finding
  /** Whether another process has it. */
  readonly held: boolean
}

const check = 'data folder'

/** The folder itself, or the nearest one above it that exists. */
export function nearestFolder(path: string): string {
  let folder = path
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

/** Something of that name, wherever it leads. */
function isThere(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}

/** The path itself or the nearest above it that is there as a name and leads nowhere. */
function deadLink(path: string, above: string): string | undefined {
  for (let at = path; at !== above; at = dirname(at)) if (isThere(at)) return at
  return undefined
}

function checkAbsent(path: string): Finding {
  const above = nearestFolder(path)
  const advice = 'Choose another place with --data.path=DIR, or make the folder yourself and let this user own it.'
  if (!statSync(above).isDirectory()) return fail(check, `${path} cannot be used: ${above} is not a folder`, advice)
  const dead = deadLink(path, above)
  if (dead !== undefined) return fail(check, `${path} cannot be used: ${dead} is a link that leads nowhere`, advice)
  try {
    accessSync(above, constants.W_OK | constants.X_OK)
  } catch (error) {
    return fail(check, `${path} cannot be used: ${reasonOf(error)}`, advice)
  }
  return ok(check, `${path} is new; the first start fills it`)
}

export function checkFolder(path: string): FolderState {
  const folder = dataFolder(path)
  if (!existsSync(folder.state)) return { finding: checkAbsent(folder.path), held: false }
  try {
    // Opened as a server opens it, and given back at once.
    openDataFolder(path).close()
    return { finding: ok(check, `${folder.path}, version ${dataVersion}, writable, free`), held: false }
  } catch (error) {
    if (!(error instanceof LoklakError)) throw error
    if (error.code === 'DATA_FOLDER_IN_USE') return { finding: ok(check, `${folder.path} is held by a loklak that runs`), held: true }
    return { finding: fail(check, error.message, error.hint), held: false }
  }
}
