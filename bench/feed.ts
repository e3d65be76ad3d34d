// Owns the process that plays Jetstream, as a server under measure is told of it.
import { start, type Child } from './process.ts'

interface Feed {
  readonly feeder: Child
  /** For the command line of the server. */
  readonly setting: string
}

/** So many frames at a rate a second; 0: as fast as they are taken, with `step` microseconds from one to the next. */
export async function feed(count: number, rate: number, step = 25): Promise<Feed> {
  const feeder = start(['bench/feeder.ts', String(count), String(rate), String(step)])
  const port = (await feeder.line(/^listening/)).split(' ').at(-1) ?? ''
  return { feeder, setting: `--source.bluesky.url=ws://127.0.0.1:${port}/subscribe` }
}

/** A thousand a second, for longer than any bench takes. */
export const liveFeed = (): Promise<Feed> => feed(10_000_000, 1_000)
