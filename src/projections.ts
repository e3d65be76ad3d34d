// Puts together what follows the journal: the index, the stream, and MQTT. Each has its own cursor; one that lags or is away
// says so and takes none of the others down.
import { join } from 'node:path'
import type { ProjectionState } from './http/parts.ts'
import { createFeed, type Feed } from './index/feed.ts'
import type { Index } from './index/port.ts'
import { openSqliteIndex } from './index/sqlite/index.ts'
import { absenceOf } from './intake/absence.ts'
import type { Archive } from './intake/archive.ts'
import type { Journal } from './journal/port.ts'
import type { Followers } from './journal/retain.ts'
import { linePosition, type Position } from './message/line.ts'
import type { Settings } from './settings/options.ts'
import { createHub, type Hub, type HubPoint } from './stream/hub.ts'
import { streamIds } from './stream/id.ts'
import type { PublisherPoint } from './stream/mqtt/cursor.ts'
import { mqtt, type Mqtt } from './stream/mqtt/mqtt.ts'
import { wait } from './support/timer.ts'
import type { Health } from './watch/health.ts'

export interface Projections {
  readonly hub: Hub
  readonly index: Index
  readonly feed: Feed
  readonly mqtt: Mqtt | null
  states(): readonly ProjectionState[]
  /** Of a segment that retention removes, what it alone had goes out of the index. */
  readonly followers: Followers
  /** Runs all until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface ProjectionOptions {
  readonly archive: Archive
  readonly settings: Settings
  readonly journalId: string
  readonly health: Health
  readonly log: { info(message: string): void; warn(message: string): void; error(message: string): void }
  readonly now: () => number
  readonly crashPoint: (name: PublisherPoint | HubPoint) => void
  /** Ends opening them. */
  readonly signal?: AbortSignal
}

const replayRate = 50_000
const lookEvery = 1_000
/** A projection that is this far behind is worth a mention. */
const late = 30_000

/** The lines between two positions, for a part of the index that has to be made again. */
async function* replay(journal: Journal, after: Position, upTo: Position, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  for await (const { lines, last } of journal.read(after, signal)) {
    yield last <= upTo ? lines : lines.filter((line) => (linePosition(line) ?? 0) <= upTo)
    if (last >= upTo) return
  }
}

function createMqtt({ archive, settings, journalId, log, now, crashPoint }: ProjectionOptions): Mqtt | null {
  if (!settings['stream.enabled']) return null
  const address = settings['stream.mqtt.address']
  const qos = settings['stream.mqtt.qos']
  const clientId = settings['stream.mqtt.client.id']
  return mqtt({
    journal: archive.journal,
    statePath: join(archive.folder.state, 'mqtt.json'),
    now,
    log,
    crashPoint,
    remote: address === undefined ? undefined : {
      address,
      user: settings['stream.mqtt.user'],
      password: settings['stream.mqtt.password'],
      ca: settings['stream.mqtt.ca'],
      clientId: clientId === '' ? `loklak-${journalId}` : clientId,
      qos: qos === 0 ? 0 : qos === 2 ? 2 : 1,
    },
    port: settings['stream.broker.port'],
    portWs: settings['stream.broker.port.ws'],
    connections: settings['stream.limit.total'],
    topics: settings['stream.mqtt.topics'],
    prefix: settings['stream.mqtt.prefix'],
    isGone: (message) => absenceOf(message, archive.known) !== undefined,
  })
}

/** Opens what follows the journal. Rejects with the reason of the signal when it aborts. */
export async function openProjections(options: ProjectionOptions): Promise<Projections> {
  const { archive: { journal, known, folder }, health, log, now } = options
  const index = await openSqliteIndex({
    folder: folder.index,
    last: () => journal.last(),
    replay: (after, upTo, signal) => replay(journal, after, upTo, signal),
    onDamage: ({ name, reason }) => log.error(`damaged index, ${name}: ${reason}; it is made again from the dumps`),
    onOtherVersion: (version) => log.info(`the index is of version ${version}; it is made again from the dumps for this program, and answers are partial until then`),
    onRepaired: () => log.info('the index is whole again'),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const feed = createFeed({ journal, index, log })
  const hub = createHub({
    journal,
    ids: streamIds(options.journalId),
    authorKeys: (handle) => known.keysOf(handle),
    absence: (message) => absenceOf(message, known),
    replayRate,
    now,
    crashPoint: options.crashPoint,
    onFailure: (error) => log.error(`the stream: ${error instanceof Error ? error.message : String(error)}`),
  })
  const publisher = createMqtt(options)

  const lagOf = (position: Position): number => Math.max(0, Math.floor((journal.last() - position) / 1000))

  function indexState(): ProjectionState {
    const { state, reason, cursor } = index.health()
    const lag_ms = lagOf(cursor)
    const trouble = reason ?? feed.trouble()
    return { name: 'index', position: cursor, lag_ms, state: state === 'building' ? 'rebuilding' : state === 'failed' ? 'stopped' : lag_ms > late ? 'catching-up' : 'live', reason: trouble }
  }

  function states(): ProjectionState[] {
    const stream: ProjectionState = { name: 'stream', position: hub.position(), lag_ms: lagOf(hub.position()), state: 'live', reason: null }
    if (publisher === null) return [indexState(), stream]
    const { position, lag_ms, connected, reason } = publisher.state()
    return [indexState(), stream, { name: 'mqtt', position, lag_ms, state: connected ? 'live' : 'waiting', reason }]
  }

  /** Tells health of what lags or is away. */
  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const { name, state, reason, lag_ms } of states()) {
        if (state === 'live' && lag_ms <= late) health.clear(name)
        else health.degraded(name, reason ?? 'it is behind the journal', lag_ms)
      }
      await wait(lookEvery, signal)
    }
  }

  const followers: Followers = {
    // A part of the index that is made again reads the dumps as well.
    reached: () => (index.health().state === 'ok' ? index.cursor() : 0),
    async drop(messages) {
      const ids = messages.filter(({ id_str, edited_at }) => known.edit(id_str)?.at === edited_at).map(({ id_str }) => id_str)
      if (ids.length > 0) await index.forget(ids)
    },
  }

  return {
    hub,
    index,
    followers,
    feed,
    mqtt: publisher,
    states,
    async run(signal) {
      await Promise.all([feed.run(signal), hub.run(signal), publisher?.run(signal), watch(signal)])
    },
    close: () => index.close(),
  }
}
