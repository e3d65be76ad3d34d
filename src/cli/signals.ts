// Owns what Ctrl-C does: the first asks the run to end, the second ends the process at once.
import type { EventEmitter } from 'node:events'
import { LoklakError } from '../watch/errors.ts'

/** A signal that aborts with INTERRUPTED on the first SIGINT or SIGTERM that `source` gets; on the second `exit` is called. */
export function interruption(source: EventEmitter, exit: (code: number) => void): AbortSignal {
  const controller = new AbortController()
  const stop = (): void => {
    if (controller.signal.aborted) exit(1)
    else controller.abort(new LoklakError('INTERRUPTED', ''))
  }
  source.on('SIGINT', stop)
  source.on('SIGTERM', stop)
  return controller.signal
}
