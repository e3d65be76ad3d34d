// Owns showing how far a task is that another process may be doing: steps among the lines that it tells.
import { isObject } from '../support/json.ts'
import type { Context } from './command.ts'
import { showProgress, type Progress } from './progress.ts'

/** What a task tells on its way; `bytes` were gone through of `total`, and `errors` things failed. A lesser `bytes` begins another pass. */
export interface Step {
  readonly bytes: number
  readonly total: number
  readonly errors: number
}

function stepIn(told: object): Step | undefined {
  if (!isObject(told)) return undefined
  const { bytes, total, errors } = told
  return typeof bytes === 'number' && typeof total === 'number' && typeof errors === 'number' ? { bytes, total, errors } : undefined
}

/** Shows the steps and yields the rest. */
export async function* withoutSteps({ err, isTerminal, now }: Context, label: string, told: AsyncIterable<object>): AsyncGenerator<object> {
  const begin = (total: number): Progress => showProgress({ label, noun: 'bytes', total, err, isTerminal, now })
  let progress: Progress | undefined
  let bytes = 0
  let errors = 0
  for await (const line of told) {
    const step = stepIn(line)
    if (step === undefined) {
      progress?.finish()
      progress = undefined
      yield line
      continue
    }
    if (step.bytes < bytes) {
      progress?.finish()
      progress = undefined
      bytes = 0
    }
    progress ??= begin(step.total)
    progress.step({ items: step.bytes - bytes, errors: step.errors - errors })
    ;({ bytes, errors } = step)
  }
  progress?.finish()
}
