// Owns what asks a run to end: Ctrl-C, SIGTERM, and the end of npm where npm started it.
import type { EventEmitter } from 'node:events'
import { LoklakError } from '../watch/errors.ts'

export interface Interruption {
  /** Aborts with STOPPED on the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Asks the run to end, as the first signal does; more often is no more. */
  readonly stop: () => void
}

/** Listens to the signals that `source` gets; on the second `exit` is called. */
export function interruption(source: EventEmitter, exit: (code: number) => void): Interruption {
  const controller = new AbortController()
  const { signal } = controller
  const stop = (): void => {
    if (!signal.aborted) controller.abort(new LoklakError('STOPPED', ''))
  }
  const hear = (): void => (signal.aborted ? exit(1) : stop())
  source.on('SIGINT', hear)
  source.on('SIGTERM', hear)
  return { signal, stop }
}

const lookEvery = 500

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Calls `gone` once, when the parent has ended. npm passes a SIGTERM on to the shell that it put between itself and us, which
 * ends and tells nobody: that it is gone is all that arrives here. Keeps no process alive.
 */
export function watchParent(child: { readonly ppid: number }, gone: () => void): void {
  const parent = child.ppid
  const look = setInterval(() => {
    // On Windows a process keeps the number of its parent.
    if (child.ppid === parent && isThere(parent)) return
    clearInterval(look)
    gone()
  }, lookEvery)
  look.unref()
}
