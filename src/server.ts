// Puts the running server together: archive, sources, HTTP, and the order in which they start and stop.
import { archiveSettings } from './cli/archive.ts'
import type { Collected, Serving } from './cli/serve.ts'
import { indexTasks, type Indexing } from './cli/index-tasks.ts'
import { tasks } from './cli/tasks.ts'
import { listen } from './http/listen.ts'
import { createObserver } from './http/observe.ts'
import { defaultHttpOptions, type HttpOptions } from './http/options.ts'
import type { Control, Parts } from './http/parts.ts'
import { gapsWithin } from './http/search/coverage.ts'
import { searchLimits } from './http/search/limits.ts'
import { buildServer } from './http/server.ts'
import { openArchive, type Archive } from './intake/archive.ts'
import { isSettled } from './intake/author.ts'
import { tellPolicy } from './intake/policy.ts'
import { keepUp } from './intake/upkeep.ts'
import { openDataFolder, type DataFolder } from './journal/data-folder.ts'
import { realDisk } from './journal/disk.ts'
import { crashAt } from './journal/crash.ts'
import { crashPoints } from './journal/writer.ts'
import { openProjections, type Projections } from './projections.ts'
import { publicSettings } from './settings/describe.ts'
import type { Settings } from './settings/options.ts'
import { instant } from './settings/quantity.ts'
import { blueskySource } from './sources/bluesky/source.ts'
import { inbox } from './sources/dump/inbox.ts'
import type { Source } from './sources/source.ts'
import { superviseSources } from './sources/supervise.ts'
import type { Hub } from './stream/hub.ts'
import { streamIds } from './stream/id.ts'
import { hubPoints } from './stream/hub.ts'
import { publisherPoints } from './stream/mqtt/cursor.ts'
import { LoklakError } from './watch/errors.ts'
import { createHealth } from './watch/health.ts'
import { createLog, type Log } from './watch/log.ts'
import { createMetrics } from './watch/metrics.ts'

export interface Surroundings {
  readonly version: string
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly now: () => number
}

function makeSources(settings: Settings, folder: DataFolder, archive: () => Archive, log: Log, { version, now }: Surroundings): Source[] {
  const sources: Source[] = []
  if (!settings.roles.includes('collect')) return sources
  const { since, ...bluesky } = { since: settings['source.bluesky.since'], enabled: settings['source.bluesky.enabled'] }
  if (bluesky.enabled) {
    sources.push(
      blueskySource({
        urls: settings['source.bluesky.url'],
        collections: settings['source.bluesky.collections'],
        compress: settings['source.bluesky.compress'],
        ...(settings['source.bluesky.dictionary'] === undefined ? {} : { dictionaryFile: settings['source.bluesky.dictionary'] }),
        since: since === undefined ? null : instant(since, now()),
        appviewUrl: settings['source.bluesky.appview.url'] ?? null,
        stateDir: folder.state,
        userAgent: `loklak/${version}`,
        isSettled: (key) => isSettled(archive().known.author(key)),
        log,
        now,
      }),
    )
  }
  if (settings['import.poll'] > 0) {
    sources.push(inbox({ import: folder.import, imported: folder.imported, state: folder.state, poll: settings['import.poll'], floor: archiveSettings(settings).floor, now, log }))
  }
  return sources
}

const httpOptions = (settings: Settings, folder: DataFolder, generated: boolean, { version, env, now }: Surroundings): HttpOptions => ({
  hosts: settings.host,
  port: settings['port.http'],
  socket: folder.socket,
  url: settings['host.url'] ?? null,
  proxies: settings['server.proxies'],
  cors: settings['server.cors'],
  bodyLimit: settings['server.body.limit'],
  requestRate: settings['server.requests.rate'],
  connections: 4096,
  dumps: { offered: settings['dump.write_enabled'], limit: settings['download.limited.count'], message: settings['download.limited.message'] },
  streams: { queue: settings['stream.limit.queue'], perAddress: settings['stream.limit.address'], total: settings['stream.limit.total'], heartbeat: defaultHttpOptions.streams.heartbeat },
  generated,
  version,
  commit: { hash: env['COMMIT_HASH'] ?? '', comment: env['COMMIT_COMMENT'] ?? '' },
  now,
})

/** Tasks as commands of the running server, each on what it works on. */
const controls = <On>(named: Readonly<Record<string, (on: On, body: unknown, signal: AbortSignal) => AsyncIterable<object>>>, on: () => On): Record<string, Control> =>
  Object.fromEntries(Object.entries(named).map(([name, task]): [string, Control] => [name, (body, stop) => task(on(), body, stop)]))

const indexing = ({ index, feed }: Projections, { journal }: Archive): Indexing => ({
  index,
  rebuild: () => feed.rebuild(),
  extent: () => ({ first: journal.segments()[0]?.from ?? 0, last: journal.last() }),
})

/**
 * Opens everything, listens, and collects: what the settings say, unless it is told what else. Throws LoklakError where it
 * cannot: the folder is taken, the port is taken; and the reason of `stop` where that aborts before all is open.
 */
export async function startServer(settings: Settings, surroundings: Surroundings, stop: AbortSignal, instead?: Collected): Promise<Serving> {
  const { now } = surroundings
  const log = createLog({ level: settings['log.level'], format: settings['log.format'], to: surroundings.err })
  const health = createHealth(now, useless)
  const held = openDataFolder(settings['data.path'])
  const { folder } = held
  const stopping = new AbortController()
  const { signal } = stopping
  let opened: Archive | null = null
  let projections: Projections | null = null
  const hub = Promise.withResolvers<Hub>()
  const archive = (): Archive => {
    if (opened === null) throw new LoklakError('NOT_READY', 'The dumps are being read.')
    return opened
  }
  const following = (): Projections => {
    if (projections === null) throw new LoklakError('NOT_READY', 'The dumps are being read.')
    return projections
  }
  /** What finds nothing and stores nothing had better be asked nothing. */
  function useless(): string | null {
    const blockage = opened?.journal.blockage()
    const finds = settings.roles.includes('serve') && projections?.index.health().state !== 'failed'
    return finds || blockage === null || blockage === undefined ? null : `${blockage.reason}: ${blockage.detail}`
  }
  const sources = instead?.sources ?? makeSources(settings, folder, archive, log, surroundings)
  const began = now()
  const keeping = archiveSettings(settings)
  const observer = createObserver({ archive: () => opened, sources, projections: () => projections?.states() ?? [], index: () => projections?.index ?? null, stream: () => projections?.hub.counts(), mqtt: () => projections?.mqtt?.counts() ?? null, floor: keeping.floor, disk: realDisk, path: folder.own, streaming: settings['stream.enabled'], now })
  const parts: Parts = {
    status: () => observer.status(),
    health: () => health.view(),
    segments: () => opened?.journal.segments() ?? [],
    publicSettings: () => publicSettings(settings),
    setting: (key) => {
      const value = new Map<string, unknown>(Object.entries(settings)).get(key)
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
    },
    hub: () => hub.promise,
    streamIds: streamIds(held.journalId),
    search: { index: () => following().index, coverage: (since, until) => gapsWithin(sources.map((source) => source.state()), { now: now(), began }, since, until), limits: searchLimits(settings) },
    control: { ...controls(tasks, archive), ...controls(indexTasks, () => indexing(following(), archive())) },
    metrics: createMetrics({ process: true }),
    log,
  }

  const options = httpOptions(settings, folder, instead?.generated === true, surroundings)
  try {
    const http = await listen(buildServer(parts, options), options)
    try {
      opened = await openArchive({
        folder,
        ...keeping,
        now,
        log,
        signal: stop,
        crashPoint: crashAt(surroundings.env, crashPoints),
        onStored: (entries) => observer.stored(entries),
        onBlocked: (blockage) => {
          if (blockage === null) health.clear('journal')
          else health.degraded('journal', `${blockage.reason}: ${blockage.detail}`)
          log.warn(blockage === null ? 'storing again' : `not storing, ${blockage.reason}: ${blockage.detail}`)
        },
      })
      projections = await openProjections({ archive: opened, settings, journalId: held.journalId, health, log, now, signal: stop, crashPoint: crashAt(surroundings.env, [...publisherPoints, ...hubPoints]) })
    } catch (error) {
      await http.close(0)
      await opened?.close()
      throw error
    }
    const { intake } = opened
    hub.resolve(projections.hub)
    health.started()
    const running = [
      projections.run(signal),
      observer.watchDisk(signal),
      observer.watchIndex(signal),
      superviseSources(sources, intake, { health, log }, signal),
      tellPolicy(opened, keeping.consent, signal).catch((error: unknown) => log.error({ err: error }, 'authors are told the new consent.policy at the next start')),
      keepUp(opened, {
        compactEvery: settings['compaction.interval'],
        retention: { age: settings['retention.age'] ?? 0, size: settings['retention.size'] ?? 0 },
        now,
        log,
        followers: projections.followers,
      }, signal),
    ]
    return {
      banner: await banner(settings, folder, http.urls, surroundings.version, instead?.told),
      async stop() {
        health.draining()
        stopping.abort()
        await http.close(6_000)
        await Promise.all(running)
        await projections?.close()
        await opened?.close()
        held.close()
      },
    }
  } catch (error) {
    held.close()
    throw error
  }
}

/** About what all of Bluesky's posts take a day, sealed dumps and index (1.4 kB a message); the estimate before anything was measured. */
const bytesPerDay = 7_000_000_000

function collects(settings: Settings): string {
  if (!settings.roles.includes('collect')) return 'nothing (roles)'
  if (!settings['source.bluesky.enabled']) return 'nothing but what is imported (source.bluesky.enabled=false)'
  const hosts = settings['source.bluesky.url'].map((url) => new URL(url).host)
  return `Bluesky (${settings['source.bluesky.collections'].join(', ')}) from ${hosts[0] ?? ''}`
}

async function banner(settings: Settings, folder: DataFolder, urls: readonly string[], version: string, told?: string): Promise<string[]> {
  const { free, total } = await realDisk.space(folder.own)
  const days = Math.floor((free - archiveSettings(settings).floor(total)) / bytesPerDay)
  return [
    `loklak ${version}`,
    `  collects   ${told ?? collects(settings)}`,
    `  keeps it   in ${folder.own}: ${(free / 1e9).toFixed(0)} GB free, about ${Math.max(0, days)} days of all of Bluesky`,
    `  dumps      ${urls[0] ?? ''}/dump/   status ${urls[0] ?? ''}/api/status.json`,
    `  listening on ${urls[0] ?? ''}`,
  ]
}
