// Owns following Bluesky through Jetstream: one connection after another, each going on where the intake has everything.
// Does not know what a message becomes after the intake has taken it.
import { join } from 'node:path'
import type { Intake } from '../../intake/port.ts'
import { backoff } from '../../support/backoff.ts'
import { systemTimer, wait } from '../../support/timer.ts'
import type { Source } from '../source.ts'
import { parseAddress, subscriptionUrl } from './address.ts'
import { openAsking, type Asking } from './asking.ts'
import { connect } from './client.ts'
import { compression } from './compression.ts'
import { Numbering, clocksDiffer, quiet, resumption } from './cursor.ts'
import { Flow } from './flow.ts'
import { measures as usual, type BlueskyOptions, type Surroundings } from './options.ts'
import { profiles } from './profiles.ts'
import { rotation, type Attempt } from './rotation.ts'
import { session, type Departure, type Parts } from './session.ts'
import { State } from './state.ts'
import { Tally } from './tally.ts'

/** Where to begin, in microseconds since 1970. */
interface Beginning {
  /** What to ask for; null is the live stream. */
  readonly cursor: number | null
  /** What the connection goes on after; null where nothing can be missing before its first event. */
  readonly after: number | null
  /** How much later the first event may be without anything being missing. */
  readonly tolerance: number
}

/** Goes on after the state's cursor; as long as nothing was ever received at `since`, or else at `begun`, when a first connection opened. */
function beginning(state: State, since: number | null, begun: number | null, reach: { lookback: number; rewind: number }, { now, log }: Surroundings): Beginning {
  const time = state.cursor?.time ?? since ?? begun
  if (time === null) return { cursor: null, after: null, tolerance: clocksDiffer }
  const { from, corrected } = resumption(time, now(), reach)
  if (corrected) {
    log.warn({ cursor: time, from }, 'The Bluesky cursor lies in the future; what the servers still have is read again.')
    state.correct(from)
  }
  if (corrected) return { cursor: from, after: null, tolerance: clocksDiffer }
  return state.cursor === null ? { cursor: from, after: since, tolerance: quiet } : { cursor: from, after: time, tolerance: clocksDiffer }
}

/** Accounts that may wait to be asked for anew: 10 MB, and more than an hour of questions. */
const mostAsking = 200_000

/** Throws BAD_SETTING where an address is not that of a Jetstream endpoint. */
export function blueskySource(options: BlueskyOptions): Source {
  const { log, userAgent, now = Date.now, random = Math.random, timer = systemTimer } = options
  const around: Surroundings = { now, timer, log }
  const measures = { ...usual, ...options.measures }
  const tally = new Tally(now)
  const zstd = compression({ file: options.dictionaryFile, userAgent, log, now })
  const servers = rotation(options.urls.map(parseAddress), zstd)
  const pause = backoff({ least: measures.leastWait, most: measures.mostWait, random })
  const since = options.since === null || options.since > now() ? null : options.since * 1000
  let begun: number | null = null
  let running: Pick<Parts, 'flow' | 'state' | 'profiles'> | null = null

  /** Posts do not wait for names, nor do they for a disk that does not take who is to be asked for. */
  function openWaiting(): Asking {
    const path = join(options.stateDir, 'sources', 'bluesky-asking.db')
    try {
      return openAsking(path, mostAsking)
    } catch (error) {
      log.warn({ error, path }, 'Who is to be asked for anew on Bluesky is remembered until the next stop only.')
      return openAsking(':memory:', mostAsking)
    }
  }

  /** One connection, from asking for it to its end. */
  async function attempt(parts: Parts, signal: AbortSignal): Promise<Attempt> {
    const address = servers.current()
    const server = address.label
    const floor = servers.floor()
    const { cursor, after, tolerance } = beginning(parts.state, since, begun, measures, around)
    tally.connecting(server)
    const dictionary = options.compress ? await zstd.dictionary(address, signal) : null
    let departure: Departure | null = null
    const talk = session(parts, {
      server, dictionary, mostFrame: measures.frame, now, after, tolerance, outdated: floor !== undefined, elsewhere: servers.elsewhere(),
      leave(why, detail) {
        departure = why
        connection.close(`${why}: ${detail}`)
      },
    })
    const asked = { collections: options.collections, cursor: floor === undefined ? cursor : floor, dictionary: dictionary?.id ?? null, mostBytes: measures.hugeFrame }
    const connection = connect(subscriptionUrl(address, asked), {
      open() {
        begun ??= now() * 1000
        tally.opened(cursor === null ? 0 : now() - cursor / 1000)
        log.info({ server, cursor: asked.cursor }, 'Following Bluesky.')
      },
      frame: (data, binary) => talk.frame(data, binary),
    }, { userAgent, watchdog: measures.watchdog, mostBytes: measures.hugeFrame, now, timer })
    const stop = (): void => connection.close('stopped')
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    parts.flow.regulate(connection)
    const ended = await connection.ended
    parts.flow.regulate(undefined)
    signal.removeEventListener('abort', stop)
    return { ended, heard: talk.heard(), departure }
  }

  async function follow(parts: Parts, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (parts.flow.held) tally.enter('waiting', 'what was read is not stored yet')
      await parts.flow.room(signal)
      if (signal.aborted) return
      const end = await attempt(parts, signal)
      if (signal.aborted) return
      const { cause, reason } = end.ended
      if (cause === 'too large') tally.drop('frame too large')
      if (end.heard || cause === 'silent') pause.reset()
      servers.learn(end)
      tally.reconnect()
      const delay = pause.next()
      tally.failed(reason, delay)
      log.warn({ reason, next: servers.current().label, delay }, 'The connection to Bluesky ended.')
      await wait(delay, signal, timer)
    }
  }

  async function run(intake: Intake, signal: AbortSignal): Promise<void> {
    tally.enter('connecting', 'starting')
    const state = await State.open(join(options.stateDir, 'sources', 'bluesky.json'), measures.lookback, around)
    const broken = new AbortController()
    let failure: unknown
    const fail = (error: unknown): void => {
      failure ??= error
      broken.abort()
    }
    const flow = new Flow(intake, measures, (mark) => state.landed(mark), fail)
    const waiting = options.appviewUrl === null ? null : openWaiting()
    const names = options.appviewUrl === null || waiting === null ? null : profiles({
      url: options.appviewUrl, userAgent, isSettled: options.isSettled, asking: waiting, requestsPerSecond: measures.profileRequests,
      failed: (reason) => tally.drop(reason), log, now, random, timer,
    })
    running = { flow, state, profiles: names }
    const either = AbortSignal.any([signal, broken.signal])
    const asking = names?.run(intake, either).catch(fail)
    try {
      await follow({ flow, state, tally, numbering: new Numbering(state.cursor), profiles: names }, either)
      await flow.drain(measures.drain, timer)
    } finally {
      broken.abort()
      await asking
      running = { flow, state, profiles: null }
      waiting?.close()
      await state.close()
      tally.enter('stopped', 'stopped')
    }
    if (failure !== undefined && !signal.aborted) throw failure
  }

  return {
    run,
    state: () => ({ ...tally.state(running?.flow.held ?? false, running?.state.gaps ?? []), names: running?.profiles?.state() ?? null }),
  }
}
