// Owns where recorded real input lies for tests. A checkout without it skips; where LOKLAK_SHARED is set, absence fails.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..', process.env['LOKLAK_SHARED'] ?? join('..', 'shared'))

/** The path of a recorded file, and the reason to skip a test (false = it is there), for `{ skip }`. Throws where it must be there. */
export function sharedData(path: string): { readonly path: string; readonly skip: string | false } {
  const full = join(root, path)
  if (existsSync(full)) return { path: full, skip: false }
  if (process.env['LOKLAK_SHARED'] !== undefined) throw new Error(`LOKLAK_SHARED is set and ${full} is absent`)
  return { path: full, skip: `${path} is not here (set LOKLAK_SHARED)` }
}
