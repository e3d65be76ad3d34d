// Owns the check of Node itself.
import { fail, ok, type Finding } from './check.ts'

const least = 24

/** `version` as in process.versions.node. */
export function checkNode(version: string): Finding {
  const major = Number.parseInt(version, 10)
  if (major >= least) return ok('node', `version ${version}`)
  return fail('node', `version ${version}, ${least} is needed`, 'Run `npm ci`, which brings one along, and start with `npm start`; or install it from nodejs.org.')
}
