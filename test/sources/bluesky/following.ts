// Owns a source that follows fake servers in a test: started, stopped, killed and started again on the same state.
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Source } from '../../../src/sources/source.ts'
import { measures, type BlueskyOptions, type Measures } from '../../../src/sources/bluesky/options.ts'
import { blueskySource } from '../../../src/sources/bluesky/source.ts'
import { isObject, parseJson } from '../../../src/support/json.ts'
import { ManualClock } from '../../support/waiting.ts'
import { FakeIntake, FakeServer, fakeLog } from './fakes.ts'
import { second } from './frames.ts'

/** What the source waits after the first failure in a test, in which chance is always the middle. */
export const firstWait = 750
/** By how many seconds a cursor is rewound. */
export const rewind = measures.rewind / 1000
export const minute = measures.watchdog

export interface Following {
  readonly source: Source
  readonly intake: FakeIntake
  readonly log: ReturnType<typeof fakeLog>
  /** Settles when the source has ended. */
  readonly running: Promise<void>
  /** Stops it in order. */
  stop(): Promise<void>
}

/** One data folder, one clock and any number of servers; everything is closed at the end of the test. */
export class Stage {
  readonly clock = new ManualClock(second(0) / 1000)
  readonly #undo: (() => unknown)[] = []
  folder = ''

  static async open(): Promise<Stage> {
    const stage = new Stage()
    stage.folder = await stage.#newFolder()
    return stage
  }

  async #newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'loklak-bluesky-'))
    this.#undo.push(() => rm(folder, { recursive: true }))
    return folder
  }

  async server(): Promise<FakeServer> {
    const server = await FakeServer.open()
    this.#undo.push(() => server.close())
    return server
  }

  follow(urls: readonly string[], options: Partial<BlueskyOptions> & { readonly intake?: FakeIntake; readonly measures?: Partial<Measures> } = {}): Following {
    const { intake = new FakeIntake(), ...rest } = options
    const log = fakeLog()
    const source = blueskySource({
      urls, collections: ['app.bsky.feed.post', 'app.bsky.actor.profile'], compress: false, since: null, appviewUrl: null, stateDir: this.folder,
      userAgent: 'loklak-test/1', isSettled: () => false, log, now: this.clock.now, random: () => 0.5, timer: this.clock.timer, ...rest,
    })
    const stop = new AbortController()
    const running = source.run(intake, stop.signal)
    const following: Following = {
      source, intake, log, running,
      stop() {
        stop.abort()
        return running
      },
    }
    this.#undo.push(() => {
      // What a test left unstored is not waited for.
      void this.clock.armed(measures.drain).then(() => this.clock.pass(measures.drain))
      return following.stop().catch(() => undefined)
    })
    return following
  }

  /** What a restart after `kill -9` at this moment would find; the killed one is no longer looked at. */
  async kill(): Promise<void> {
    const found = await this.#newFolder()
    const file = join('sources', 'bluesky.json')
    await mkdir(join(found, 'sources'))
    await copyFile(join(this.folder, file), join(found, file)).catch(() => undefined)
    this.folder = found
  }

  /** The saved cursor, microseconds since 1970; undefined where none is. */
  async savedTime(): Promise<number | undefined> {
    const text = await readFile(join(this.folder, 'sources', 'bluesky.json'), 'utf8').catch(() => '')
    const json = parseJson(text)
    const cursor = isObject(json) && isObject(json['cursor']) ? json['cursor'] : {}
    return typeof cursor['time'] === 'number' ? cursor['time'] : undefined
  }

  async close(): Promise<void> {
    for (const undo of this.#undo.reverse()) await undo()
  }
}

/** A condition that comes true by what others do: looked at once a turn. */
export async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await met())) await new Promise((resolve) => setImmediate(resolve))
}
