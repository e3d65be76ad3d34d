// The command `sample`: a dump of generated messages, for trying loklak without a network and for measuring it.
import { createWriteStream, type Stats } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { earliest } from '../message/identity.ts'
import { path } from '../settings/address.ts'
import { optional } from '../settings/kind.ts'
import { option } from '../settings/option.ts'
import { instant, integer, moment } from '../settings/quantity.ts'
import { lineOf, sampleEntries, type Sample } from '../sources/sample/sample.ts'
import { LoklakError } from '../watch/errors.ts'
import { command, type Context } from './command.ts'
import { put } from './output.ts'
import { showProgress } from './progress.ts'

const day = 86_400_000
const batch = 262_144
const number = integer({ min: 1, max: 1_000_000_000 })
/** How large a seed can be. */
export const seedKind = integer({ max: 0xff_ff_ff_ff })

/** The lines of the dump in pieces; told how many messages each has. */
function* pieces(sample: Sample, onMessages: (many: number) => void): Generator<string> {
  let piece = ''
  let messages = 0
  for (const entry of sampleEntries(sample)) {
    piece += `${lineOf(entry)}\n`
    if (entry.op === 'I') messages++
    if (piece.length < batch) continue
    onMessages(messages)
    yield piece
    piece = ''
    messages = 0
  }
  onMessages(messages)
  yield piece
}

const infoOf = (file: string): Promise<Stats | undefined> => stat(file).catch(() => undefined)

const failed = (file: string, error: unknown): LoklakError =>
  new LoklakError('OUTPUT_UNWRITABLE', `${file}: ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}.`, { cause: error })

/**
 * Writes a file, packed where its name ends in .gz. What is there already is left as it is, but for what is no file, as a pipe. It has
 * its name once it is whole: what is not finished is removed.
 */
async function writeFile(file: string, content: Iterable<string>, signal: AbortSignal): Promise<void> {
  const there = await infoOf(file)
  if (there?.isFile() === true) throw new LoklakError('BAD_USAGE', `--out: ${file} is there already and is left as it is; give another name, or remove it.`)
  const path = there === undefined ? `${file}.${process.pid}.tmp` : file
  const pack = file.endsWith('.gz') ? [createGzip()] : []
  try {
    await pipeline([Readable.from(content), ...pack, createWriteStream(path)], { signal })
    if (path !== file) await rename(path, file)
  } catch (error) {
    if (path !== file) await rm(path, { force: true })
    throw signal.aborted ? new LoklakError('STOPPED', `${file} was not finished and is removed.`, { cause: error }) : failed(file, error)
  }
}

/** Writes a sample to a file, showing how far it is. Rejects with BAD_USAGE where it is there already, OUTPUT_UNWRITABLE, or STOPPED when the signal aborts. */
export async function writeSample(file: string, sample: Sample, { err, isTerminal, now, signal }: Pick<Context, 'err' | 'isTerminal' | 'now' | 'signal'>): Promise<void> {
  const progress = showProgress({ label: 'sample', noun: 'messages', total: sample.count, err, isTerminal, now })
  await writeFile(file, pieces(sample, (items) => progress.step({ items })), signal)
  progress.finish()
}

function countOf([text = '10000']: readonly string[], cwd: string): number {
  const parsed = number.parse(text, cwd)
  if ('wrong' in parsed) throw new LoklakError('BAD_USAGE', `N: ${parsed.wrong}.`)
  return parsed.value
}

export const sample = command({
  name: 'sample',
  summary: 'Writes a dump of generated messages, plainly labelled as such: for trying the program without a network, and for benchmarks.',
  usage: ['sample [N] [--seed NUMBER] [--days NUMBER] [--until DATE] [--out FILE]'],
  arguments: { min: 0, max: 1 },
  flags: {
    seed: option(seedKind, '1', 'The same seed, N, days and until always give the same bytes.'),
    days: option(integer({ min: 1, max: 3650 }), '30', 'Over how many days the messages spread.'),
    until: option(optional(moment), '', 'When the last message arrives: a date or -36h. Without it, now.'),
    out: option(optional(path), '', 'The file to write; packed where its name ends in .gz. Without it, to standard output.'),
  },
  run: async (context, { seed, days, until, out }) => {
    const count = countOf(context.args, context.cwd)
    const end = until === undefined ? context.now() : instant(until, context.now())
    if (end > context.now()) throw new LoklakError('BAD_USAGE', '--until: lies in the future; nothing can have been written then.')
    if (end - days * day < earliest) throw new LoklakError('BAD_USAGE', `--until and --days: the messages would begin before ${new Date(earliest).toISOString().slice(0, 10)}.`)
    const wanted = { count, seed, until: end, days }
    if (out === undefined) for (const piece of pieces(wanted, () => undefined)) await put(context.out, piece, context.signal)
    else await writeSample(out, wanted, context)
    return 0
  },
})
