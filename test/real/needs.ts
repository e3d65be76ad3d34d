// Owns what tests need from the machine. `run` installs it where it can; elsewhere the tests that need it skip with the
// reason, but where LOKLAK_SHARED is set, as in the project's own runs, everything must be there.
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** For the options of a test: why it is skipped, false where it is not. */
interface Needs {
  readonly skip: string | false
}

function unless(missing: readonly string[]): Needs {
  if (missing.length === 0) return { skip: false }
  const reason = `not on this machine: ${missing.join(', ')}`
  if (process.env['LOKLAK_SHARED'] !== undefined) throw new Error(`LOKLAK_SHARED is set, so this must be tested, and it cannot be; ${reason}`)
  return { skip: reason }
}

/** Where a program lies; undefined where there is none of this name. */
export function pathOf(program: string): string | undefined {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program))
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** For tests that run these programs. Throws where they must be there and are not. */
export const needs = (...programs: readonly string[]): Needs => unless(programs.filter((program) => pathOf(program) === undefined))

/** For tests that need Python: one that can make environments, as new as what is put into them asks for. */
export function needsPython(): Needs {
  try {
    execFileSync('python3', ['-c', 'import sys, ensurepip, venv; assert sys.version_info >= (3, 11)'], { stdio: 'ignore' })
    return unless([])
  } catch {
    return unless(['Python 3.11 or later with venv'])
  }
}
