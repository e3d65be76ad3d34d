// The command `export`: what is kept, as messages for other programs; everything that the dumps hold, or what a query finds.
// From the dumps a message is exported as it is kept, which is also what can be imported; the counts that answers add follow
// from it.
import type { Message } from '../message/schema.ts'
import { path } from '../settings/address.ts'
import { optional, oneOf, text } from '../settings/kind.ts'
import { option } from '../settings/option.ts'
import { instant, moment, type Moment } from '../settings/quantity.ts'
import { LoklakError } from '../watch/errors.ts'
import { command, type Context } from './command.ts'
import { showProgress, type Progress } from './progress.ts'
import { messageFormats, type MessageFormat } from './rows.ts'
import { urlFlag, whereabouts } from './whereabouts.ts'

type Wants = (message: Message) => boolean

/** Which messages are asked for: by network, and written from `since` to before `until`. */
function wanted(since: Moment | undefined, until: Moment | undefined, network: string, now: number): Wants {
  const from = since === undefined ? -Infinity : instant(since, now)
  const to = until === undefined ? Infinity : instant(until, now)
  return (message) => {
    if (network !== '' && message.network !== network) return false
    const at = Date.parse(message.created_at)
    return at >= from && at < to
  }
}

async function exportDumps(context: Context, wants: Wants, format: MessageFormat): Promise<number> {
  const { out, err, isTerminal, now, signal } = context
  const [{ currentMessages }, { writeMessages }] = await Promise.all([import('./current.ts'), import('./messages.ts')])
  let progress: Progress | undefined
  let damaged = 0
  const reading = {
    begin: (total: number) => (progress = showProgress({ label: 'export', noun: 'messages', total, err, isTerminal, now })),
    read: (work: number) => progress?.step({ items: 0, work }),
    damaged: () => {
      damaged++
      progress?.step({ items: 0, work: 0, errors: 1 })
    },
  }
  async function* counted(): AsyncGenerator<Message> {
    for await (const message of currentMessages(context, wants, reading)) {
      progress?.step({ items: 1, work: 0 })
      yield message
    }
  }
  try {
    await writeMessages(counted(), { format, out, signal, query: '', settings: context.settings })
  } catch (error) {
    throw signal.aborted ? new LoklakError('STOPPED', 'The messages are not complete.', { cause: error }) : error
  }
  progress?.finish()
  if (damaged > 0) err.write(`warning: ${damaged} lines could not be read; \`loklak dump verify\` shows where\n`)
  return damaged > 0 ? 1 : 0
}

export const exportMessages = command({
  name: 'export',
  summary: 'Prints the messages that are kept, or those that a query finds, without what was deleted or replaced, also while a server runs.',
  usage: ['export [--since DATE] [--until DATE] [--source NETWORK] [--format FORMAT]', 'export QUERY… [--format FORMAT] [--resume FILE] [--url ADDRESS]'],
  arguments: { min: 0, max: 100 },
  flags: {
    since: option(optional(moment), '', 'Only messages written since then: 2026-01-31, 2026-01-31T12:00:00Z or -36h.'),
    until: option(optional(moment), '', 'Only messages written before then.'),
    source: option(text, '', 'Only messages of this network: bluesky, twitter, sample …'),
    format: option(oneOf(messageFormats), 'ndjson', 'How the messages are written; json, ndjson and geojson have all fields.'),
    resume: option(optional(path), '', 'With a query: a file that remembers how far the export came. Run again with it and the output appended (>>), it goes on from there. Everything is the query /source_type; without a query the dumps are read, from the beginning, so that nothing that was deleted meanwhile stays in the output.'),
    url: urlFlag,
  },
  run: async (context, { since, until, source, format, resume, url }) => {
    const query = context.args.join(' ')
    if (query !== '') {
      if (since !== undefined || until !== undefined || source !== '') throw new LoklakError('BAD_USAGE', 'Beside a query there is no place for --since, --until and --source: write since:, until: and source: into it.')
      const { exportFound } = await import('./found.ts')
      return exportFound(context, { where: whereabouts(context, url), query, format, resume })
    }
    if (resume !== undefined || url !== undefined) throw new LoklakError('BAD_USAGE', '--resume and --url belong to an export with a query.')
    return exportDumps(context, wanted(since, until, source.trim().toLowerCase(), context.now()), format)
  },
})
