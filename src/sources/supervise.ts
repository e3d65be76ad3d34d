// Owns running the sources and telling health how each fares. One that fails by a defect is started again; none takes the
// others down.
import type { Intake } from '../intake/port.ts'
import { systemTimer, wait, type Timer } from '../support/timer.ts'
import type { Health } from '../watch/health.ts'
import type { Source } from './source.ts'

export interface Supervision {
  readonly health: Health
  readonly log: { error(detail: object, message: string): void }
  readonly timer?: Timer
}

const lookEvery = 1_000
const restartAfter = 5_000
/** A source that is this far behind its network is worth a mention. */
const late = 60_000

async function runForEver(source: Source, intake: Intake, { log, timer = systemTimer }: Supervision, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await source.run(intake, signal)
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, `the source ${source.state().name} failed and is started again`)
    }
    await wait(restartAfter, signal, timer)
  }
}

function tell(source: Source, health: Health): void {
  const { name, state, reason, lag_ms, names } = source.state()
  const part = `source ${name}`
  if (state === 'live' || state === 'disabled' || state === 'connecting') {
    if (lag_ms !== null && lag_ms > late) health.degraded(part, 'it is behind its network', lag_ms)
    else health.clear(part)
  } else if (state === 'catching-up') health.degraded(part, 'it is catching up with its network', lag_ms)
  else health.degraded(part, reason ?? state, lag_ms)
  if (names === undefined || names === null || names.failing_since === null) health.clear(`${name} names`)
  else health.degraded(`${name} names`, `${names.reason ?? ''}; ${names.waiting} accounts wait`)
}

/** Runs until the signal aborts; resolves when every source has stopped. */
export async function superviseSources(sources: readonly Source[], intake: Intake, supervision: Supervision, signal: AbortSignal): Promise<void> {
  const running = sources.map((source) => runForEver(source, intake, supervision, signal))
  while (!signal.aborted) {
    for (const source of sources) if (source.state().network !== 'dump') tell(source, supervision.health)
    await wait(lookEvery, signal, supervision.timer ?? systemTimer)
  }
  await Promise.all(running)
}
