// The command `serve`, the one that runs when none is named: collects and answers until it is told to stop.
import type { Settings } from '../settings/options.ts'
import type { Source } from '../sources/source.ts'
import { command, type Context } from './command.ts'

/** A server that runs. */
export interface Serving {
  /** What it tells when it runs; the last line says where it listens. */
  readonly banner: readonly string[]
  /** Drains requests, closes everything; resolves when nothing is left to lose. */
  stop(): Promise<void>
}

/** What is collected where that is not what the settings say. */
export interface Collected {
  readonly sources: readonly Source[]
  /** Completes the line `collects …`. */
  readonly told: string
  /** Nobody wrote it: what is served is labelled so. */
  readonly generated?: true
}

/** Shows what a server tells and lets it run until the signal aborts. */
export async function attend(serving: Serving, { out, signal }: Pick<Context, 'out' | 'signal'>): Promise<void> {
  out.write(`${serving.banner.join('\n')}\n`)
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await serving.stop()
}

/** What was started; undefined where it was stopped before it was there, which for a server is no failure. */
export async function unlessStopped(starting: Promise<Serving>, signal: AbortSignal): Promise<Serving | undefined> {
  try {
    return await starting
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined
    throw error
  }
}

/** The command around whoever puts the server together. */
export const serve = (start: (settings: Settings, signal: AbortSignal) => Promise<Serving>) =>
  command({
    name: 'serve',
    summary: 'Collects, keeps and serves until it is stopped; what runs when no command is named.',
    usage: ['[serve]'],
    flags: {},
    run: async (context) => {
      const serving = await unlessStopped(start(context.settings, context.signal), context.signal)
      if (serving !== undefined) await attend(serving, context)
      return 0
    },
  })
