// Owns writing for whoever reads the output of a command: at the reader's pace, and told when it cannot be written.
import type { Writable } from 'node:stream'
import { LoklakError } from '../watch/errors.ts'

/** A stream that may be a terminal, as process.stdout and process.stderr are. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))

export const unwritable = (cause: unknown): LoklakError => new LoklakError('OUTPUT_UNWRITABLE', `${codeOf(cause)}.`, { cause })

/** Whether the reader has gone, as in `loklak export | head`: it has got what it wanted. */
export const isReaderGone = (error: unknown): boolean => error instanceof LoklakError && error.code === 'OUTPUT_UNWRITABLE' && codeOf(error.cause) === 'EPIPE'

/** Writes; resolves when the reader has taken it, rejects with OUTPUT_UNWRITABLE or, when the signal aborts, its reason. */
export function put(out: Output, text: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = (): void => reject(signal.reason)
  if (signal.aborted) {
    stop()
    return promise
  }
  signal.addEventListener('abort', stop, { once: true })
  out.write(text, (error) => {
    signal.removeEventListener('abort', stop)
    if (error instanceof Error) reject(unwritable(error))
    else resolve()
  })
  return promise
}
