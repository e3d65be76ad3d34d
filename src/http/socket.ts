// Owns the address of the socket in the data folder. The kernel takes at most about a hundred bytes for one, and data folders
// can have longer names: then the folder is opened and the socket addressed through the open folder.
import { closeSync, openSync, statSync, type Stats } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LoklakError } from '../watch/errors.ts'

const maxBytes = 100

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file)
  } catch {
    return undefined
  }
}

/** Why nobody answered through the socket: there is none, or this user may not use it. */
export function unanswered(file: string, cause: unknown): LoklakError {
  const forbidden = cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM')
  if (!forbidden) return new LoklakError('SERVER_UNREACHABLE', file, { cause })
  const stats = statOf(file)
  const why = stats === undefined ? 'lies in a folder that this user may not enter' : `has the mode 0${(stats.mode & 0o777).toString(8)} and belongs to user ${stats.uid}`
  return new LoklakError('SOCKET_FORBIDDEN', `${file} ${why}.`, { cause })
}

export interface SocketAddress {
  readonly path: string
  /** To be called once nothing uses the address any more. */
  release(): void
}

function openFolder(file: string): number {
  try {
    return openSync(dirname(file), 'r')
  } catch (error) {
    throw unanswered(file, error)
  }
}

/** Throws as `unanswered` says where the folder cannot be opened. */
export function socketAddress(file: string): SocketAddress {
  if (Buffer.byteLength(file) <= maxBytes) return { path: file, release: () => undefined }
  if (process.platform !== 'linux') throw new LoklakError('DATA_FOLDER_UNUSABLE', `${file} is too long for a socket; ${maxBytes} bytes are possible here.`)
  const folder = openFolder(file)
  return { path: `/proc/self/fd/${folder}/${basename(file)}`, release: () => closeSync(folder) }
}
