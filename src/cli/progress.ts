// Owns how long work is shown: a bar on a terminal, a line now and then elsewhere. Does not know what the work is, and
// has no timer: it draws when it is told of a step.
import type { Output } from './output.ts'

export interface Progress {
  /** `items` were done. `work` is what that is of `total`, where `total` does not count items; `errors` of them failed. */
  step(done: { readonly items: number; readonly work?: number; readonly errors?: number }): void
  /** Takes the bar off the terminal, for a line that is written to it; the next step draws it again. */
  clear(): void
  /** Draws the last state and ends the line. */
  finish(): void
}

export interface ProgressOptions {
  /** What is being done: `import`. */
  readonly label: string
  /** What the items are: `messages`. */
  readonly noun: string
  /** All the work, in bytes or items; without it there is no bar and no time left. */
  readonly total?: number
  readonly err: Output
  readonly isTerminal: boolean
  readonly now: () => number
}

const redrawAfter = 100
const lineAfter = 10_000
/** The rate is that of the last 5 to 10 seconds. */
const windowLength = 5000

interface Mark {
  readonly at: number
  readonly items: number
  readonly work: number
}

const count = new Intl.NumberFormat('en')

/** `1:05`, `2:00:05`. */
export function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return (parts[0] === 0 ? parts.slice(1) : parts).map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}

/** Shows the progress of work that begins now. */
export function showProgress({ label, noun, total, err, isTerminal, now }: ProgressOptions): Progress {
  const started: Mark = { at: now(), items: 0, work: 0 }
  let errors = 0
  let state = started
  let older = started
  let newer = started
  let drawnAt = started.at

  const perSecond = (of: 'items' | 'work', since: Mark): number => ((state[of] - since[of]) * 1000) / Math.max(1, state.at - since.at)
  const share = (): number => (total === undefined || total <= 0 ? 1 : Math.min(1, state.work / total))

  const failures = (): string[] => (errors === 0 ? [] : [`${count.format(errors)} ${errors === 1 ? 'error' : 'errors'}`])

  const left = (of: number, since: Mark): string[] => {
    const speed = perSecond('work', since)
    if (speed > 0) return [`${clock(((of - Math.min(of, state.work)) * 1000) / speed)} left`]
    // Some kinds of work come in pieces of many items.
    return state.items > since.items ? [] : ['stalled']
  }

  /** Errors first: what a narrow terminal cuts off is the end. */
  const figures = (since: Mark): string[] => [
    ...failures(),
    `${count.format(state.items)} ${noun}`,
    `${count.format(Math.round(perSecond('items', since)))}/s`,
    ...(total === undefined ? [] : left(total, since)),
  ]

  const draw = (): void => {
    const percent = `${Math.floor(share() * 100)}%`
    if (isTerminal) {
      const bar = total === undefined ? '' : ` [${'#'.repeat(Math.floor(share() * 20)).padEnd(20, '-')}] ${percent}`
      err.write(`\r${`${label}${bar}  ${figures(older).join('  ')}`.slice(0, (err.columns ?? 80) - 1)}\u001B[K`)
    } else {
      err.write(`${label}: ${[...(total === undefined ? [] : [percent]), ...figures(older)].join(', ')}\n`)
    }
  }

  const step: Progress['step'] = ({ items, work = items, errors: failed = 0 }) => {
    const at = now()
    state = { at, items: state.items + items, work: state.work + work }
    errors += failed
    if (at - drawnAt < (isTerminal ? redrawAfter : lineAfter)) return
    drawnAt = at
    if (at - newer.at >= windowLength) [older, newer] = [newer, state]
    draw()
  }

  const finish = (): void => {
    state = { ...state, at: now() }
    const all = [`${count.format(state.items)} ${noun} in ${clock(state.at - started.at)}`, `${count.format(Math.round(perSecond('items', started)))}/s`, ...failures()]
    err.write(`${isTerminal ? '\r' : ''}${label}: ${all.join(', ')}${isTerminal ? '\u001B[K' : ''}\n`)
  }

  const clear = (): void => {
    if (isTerminal) err.write('\r\u001B[K')
  }

  return { step, clear, finish }
}
