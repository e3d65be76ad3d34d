// Owns waiting for work that takes no signal of its own: after an abort nobody waits on for it.
import { systemTimer, type Timer } from './timer.ts'

/** What the work comes to; undefined where the signal aborted and it is not done within `grace` milliseconds. What becomes of it later is not looked at. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal, grace = 0, timer: Timer = systemTimer): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>()
  let cancel = (): void => undefined
  const stop = (): void => {
    cancel = timer(grace, () => resolve(undefined))
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  work.then(resolve, reject)
  return promise.finally(() => {
    cancel()
    signal.removeEventListener('abort', stop)
  })
}
