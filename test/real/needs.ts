// Owns what a test needs from the machine. `run` installs it where it can; elsewhere the tests that need it skip with the
// reason, but where LOKLAK_SHARED is set, as in the project's own runs, everything must be there.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** The reason to skip a test that runs these programs (false = they are there), for `{ skip }`. Throws where they must be there. */
export function needs(...programs: readonly string[]): { readonly skip: string | false } {
  const missing = programs.filter((program) => !isThere(program))
  if (missing.length === 0) return { skip: false }
  const reason = `not on this machine: ${missing.join(', ')}`
  if (process.env['LOKLAK_SHARED'] !== undefined) throw new Error(`LOKLAK_SHARED is set and the tests cannot be run; ${reason}`)
  return { skip: reason }
}
