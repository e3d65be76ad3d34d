// The command `demo`: a server on a folder of its own that holds generated messages and gets more of them, so that everything
// can be seen without a network. The folder is removed in the end.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { option } from '../settings/option.ts'
import type { Settings } from '../settings/options.ts'
import { integer } from '../settings/quantity.ts'
import { sampleSource } from '../sources/sample/source.ts'
import { LoklakError } from '../watch/errors.ts'
import { runTask } from './archive.ts'
import { command, type Context } from './command.ts'
import { seedKind, writeSample } from './sample.ts'
import { attend, unlessStopped, type Collected, type Serving } from './serve.ts'

const days = 7
/** Temporary folders often lie on small disks, and a demonstration needs little. */
const floor = { percent: 0, bytes: 64_000_000 }

const count = new Intl.NumberFormat('en')

/** Puts generated messages of the last days into the data folder, the way any dump comes in. */
async function fill(context: Context, folder: string, messages: number, seed: number): Promise<void> {
  const file = join(folder, 'sample.txt')
  await writeSample(file, { count: messages, seed, until: context.now(), days }, context)
  context.err.write('importing them …\n')
  try {
    for await (const _ of runTask(context, 'import', { paths: [file] }));
  } catch (error) {
    throw context.signal.aborted ? new LoklakError('STOPPED', '', { cause: error }) : error
  }
  await rm(file)
}

/** The command around whoever puts the server together. */
export const demo = (start: (settings: Settings, signal: AbortSignal, instead: Collected) => Promise<Serving>) =>
  command({
    name: 'demo',
    summary: 'Serves generated messages from a folder of its own and goes on making more: to see everything without a network.',
    usage: ['demo [--messages NUMBER] [--rate NUMBER] [--seed NUMBER]'],
    flags: {
      messages: option(integer({ min: 1, max: 5_000_000 }), '20000', 'How many messages there are to begin with, of the last seven days.'),
      rate: option(integer({ min: 1, max: 1000 }), '20', 'How many more come a second.'),
      seed: option(seedKind, '1', 'Another seed makes other messages.'),
    },
    run: async (context, { messages, rate, seed }) => {
      if (context.origins.get('data.path')?.from === 'command line') throw new LoklakError('BAD_USAGE', '--data.path: a demo has a folder of its own and removes it in the end.')
      const folder = await mkdtemp(join(tmpdir(), 'loklak-demo-'))
      try {
        const settings: Settings = { ...context.settings, 'data.path': folder, 'source.bluesky.enabled': false, 'disk.floor': floor }
        await fill({ ...context, settings }, folder, messages, seed)
        const source = sampleSource({ perSecond: rate, seed, now: context.now })
        const told = `generated messages that nobody wrote, from no network: ${count.format(messages)} to begin with, ${rate} a second from now on`
        const serving = await unlessStopped(start(settings, context.signal, { sources: [source], told, generated: true }), context.signal)
        if (serving !== undefined) await attend(serving, context)
        return 0
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  })
