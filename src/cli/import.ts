// The command `import`: old dumps, the original's or ours, into the data folder.
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { withoutCredentials } from '../settings/kind.ts'
import { findOption } from '../settings/options.ts'
import { LoklakError } from '../watch/errors.ts'
import { runTask } from './archive.ts'
import { command } from './command.ts'
import type { Imported } from './imported.ts'
import { formatFlag, writeRows, type Sheet } from './rows.ts'

const countNames = ['lines', 'new', 'known', 'edited', 'deleted', 'authors', 'withheld', 'invalid'] as const

const sheet: Sheet<Imported> = {
  columns: {
    file: ({ file }) => file,
    ...Object.fromEntries(countNames.map((name) => [name, ({ counts }: Imported) => counts[name] ?? 0])),
    refused: ({ refused }) => refused ?? '',
  },
}

/** What is not there is told before a data folder is made for it. */
async function allThere(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await stat(path).catch((error: unknown) => {
      throw new LoklakError('BAD_IMPORT', `${path} is not there.`, { cause: error })
    })
  }
}

/** The words of a command line, with nothing secret that stands in a setting. */
const shown = (argv: readonly string[]): string[] =>
  argv.map((word, at) => {
    const [, key, value = ''] = /^--([^=]+)=(.*)$/s.exec(word) ?? []
    if (key !== undefined) return `--${key}=${findOption(key)?.secret === true ? '(hidden)' : withoutCredentials(value)}`
    return findOption((argv[at - 1] ?? '').replace(/^--/, ''))?.secret === true ? '(hidden)' : word
  })

/** As a shell takes it for the one word that it is. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)

export const importDumps = command({
  name: 'import',
  summary: 'Imports dumps of loklak (.txt, .txt.gz, .zst) into the data folder.',
  usage: ['import FILE|DIR… [--format FORMAT]'],
  arguments: { min: 1, max: 10_000 },
  flags: { format: formatFlag },
  run: async (context, { format }) => {
    const paths = context.args.map((path) => resolve(context.cwd, path))
    await allThere(paths)
    const body = { paths, floor: context.settings['disk.floor'] }
    const { imported } = await import('./imported.ts')
    let refused = 0
    async function* counted(): AsyncGenerator<Imported> {
      for await (const result of imported(context, runTask(context, 'import', body))) {
        if (result.refused !== null) refused++
        yield result
      }
    }
    try {
      await writeRows(counted(), sheet, { format, out: context.out, signal: context.signal })
    } catch (error) {
      if (context.signal.aborted) throw new LoklakError('INTERRUPTED', `The command was: loklak ${shown(context.argv).map(quoted).join(' ')}`, { cause: error })
      throw error
    }
    return refused > 0 ? 1 : 0
  },
})
