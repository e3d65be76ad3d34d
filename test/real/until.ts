// Owns waiting for something that another process does.
import { setTimeout } from 'node:timers/promises'

/**
 * Asks until the answer is not undefined, and gives that. Throws where it stays undefined for so long, with what
 * `describe` says of the state that it was left in.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { within = 30_000, describe = () => '' }: { readonly within?: number; readonly describe?: () => string } = {},
): Promise<T> {
  const deadline = performance.now() + within
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(`waited ${within} ms in vain: ${what}\n${describe()}`)
    await setTimeout(25)
  }
}
