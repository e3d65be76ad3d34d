// Owns the check of the clock: messages are put in order by it, and claims about their time are measured against it.
import { fail, ok, warn, type Finding } from './check.ts'

/** loklak was not there before. */
const earliest = Date.UTC(2026, 0, 1)
const latest = Date.UTC(2100, 0, 1)
/** Off by so many milliseconds, messages look late or early; off by so many, their times are wrong. */
const late = 30_000
const wrong = 600_000

const advice = 'Set the clock, best by NTP: timedatectl set-ntp true.'

/** `others` are clocks of servers that were reached, minus ours, in milliseconds. */
export function checkClock(now: number, others: readonly number[]): Finding {
  const shown = new Date(now).toISOString()
  if (now < earliest || now > latest) return fail('clock', `it says ${shown}`, advice)
  const off = others.toSorted((a, b) => a - b)[Math.floor(others.length / 2)]
  if (off === undefined) return warn('clock', `it says ${shown}; no server was reached to compare it with`, 'See whether that is right, and that it is set by NTP: timedatectl.')
  const found = `it says ${shown}, ${Math.round(Math.abs(off) / 1000)} s ${off > 0 ? 'behind' : 'ahead of'} the servers that were asked`
  if (Math.abs(off) > wrong) return fail('clock', found, advice)
  if (Math.abs(off) > late) return warn('clock', found, advice)
  return ok('clock', found)
}
