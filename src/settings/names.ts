// Owns which names can stand for a setting: our options, `key.file`, and the keys of the original.
import { nearest } from './nearest.ts'
import { findOption, options } from './options.ts'
import { findOriginal, originalKeys } from './original.ts'

/** Every key that is known by itself; not the names below a `prefix.*`. */
export const knownKeys: readonly string[] = [...Object.keys(options), ...Object.keys(originalKeys)].filter((key) => !key.endsWith('*'))

/** The key of `key.file`, whose value is the content of a file; undefined where `name` is something else. */
export function keyOfFile(name: string): string | undefined {
  const key = name.endsWith('.file') ? name.slice(0, -'.file'.length) : undefined
  return key !== undefined && findOption(name) === undefined && findOption(key) !== undefined ? key : undefined
}

/** Whether a name stands for a setting, now or in the original. */
export const isKnown = (name: string): boolean => (findOriginal(name) ?? findOption(name) ?? keyOfFile(name)) !== undefined

/** The known name that was probably meant. `others` are names that are known in the same place. */
export function nearestName(name: string, others: readonly string[] = []): string | undefined {
  const file = name.endsWith('.file') ? '.file' : ''
  const meant = nearest(name.slice(0, name.length - file.length), [...others, ...knownKeys])
  return meant === undefined ? undefined : `${meant}${file}`
}
