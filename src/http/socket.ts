// Owns the address of the socket in the data folder. The kernel takes at most about a hundred bytes for one, and data folders
// can have longer names: then the folder is opened and the socket addressed through the open folder.
import { closeSync, openSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LoklakError } from '../watch/errors.ts'

const maxBytes = 100

export interface SocketAddress {
  readonly path: string
  /** To be called once nothing uses the address any more. */
  release(): void
}

export function socketAddress(file: string): SocketAddress {
  if (Buffer.byteLength(file) <= maxBytes) return { path: file, release: () => undefined }
  if (process.platform !== 'linux') throw new LoklakError('DATA_FOLDER_UNUSABLE', `${file} is too long for a socket; ${maxBytes} bytes are possible here.`)
  const folder = openSync(dirname(file), 'r')
  return { path: `/proc/self/fd/${folder}/${basename(file)}`, release: () => closeSync(folder) }
}
