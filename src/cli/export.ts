// The command `export`: what the dumps hold that is true now, as messages for other programs. A message is exported as it is
// kept, which is also what can be imported; the counts that answers add follow from it.
import { optional, oneOf, text } from '../settings/kind.ts'
import { option } from '../settings/option.ts'
import { instant, moment, type Moment } from '../settings/quantity.ts'
import type { Message } from '../message/schema.ts'
import { LoklakError } from '../watch/errors.ts'
import { command } from './command.ts'
import { currentMessages } from './current.ts'
import { showProgress, type Progress } from './progress.ts'
import { rowFormats, writeRows, type Sheet } from './rows.ts'

const list = (values: readonly string[] | undefined): string => values?.join(' ') ?? ''

const sheet: Sheet<Message> = {
  columns: {
    id_str: (message) => message.id_str,
    created_at: (message) => message.created_at,
    edited_at: (message) => message.edited_at,
    network: (message) => message.network,
    screen_name: (message) => message.screen_name,
    name: (message) => message.user.name,
    user_id: (message) => message.user.user_id,
    text: (message) => message.text,
    language: (message) => message.language_detected ?? message.language_claimed?.[0],
    hashtags: (message) => list(message.hashtags),
    mentions: (message) => list(message.mentions),
    links: (message) => list(message.links),
    images: (message) => list(message.images),
    audio: (message) => list(message.audio),
    videos: (message) => list(message.videos),
    link: (message) => message.link,
    reply_to_id: (message) => message.reply_to_id,
    quote_id: (message) => message.quote_id,
    reply_count: (message) => message.reply_count,
    retweet_count: (message) => message.retweet_count,
    favourites_count: (message) => message.favourites_count,
    place_name: (message) => message.place_name,
    longitude: (message) => message.location_point?.[0],
    latitude: (message) => message.location_point?.[1],
  },
  line: ({ created_at, screen_name, text }) => `${created_at} ${screen_name}: ${text}`,
}

/** Which messages are asked for: by network, and written from `since` to before `until`. */
function wanted(since: Moment | undefined, until: Moment | undefined, network: string, now: number): (message: Message) => boolean {
  const from = since === undefined ? -Infinity : instant(since, now)
  const to = until === undefined ? Infinity : instant(until, now)
  return (message) => {
    if (network !== '' && message.network !== network) return false
    const at = Date.parse(message.created_at)
    return at >= from && at < to
  }
}

export const exportMessages = command({
  name: 'export',
  summary: 'Prints the messages that are kept, without what was deleted or replaced, also while a server runs.',
  usage: ['export [--since DATE] [--until DATE] [--source NETWORK] [--format FORMAT]'],
  flags: {
    since: option(optional(moment), '', 'Only messages written since then: 2026-01-31, 2026-01-31T12:00:00Z or -36h.'),
    until: option(optional(moment), '', 'Only messages written before then.'),
    source: option(text, '', 'Only messages of this network: bluesky, twitter, sample …'),
    format: option(oneOf(rowFormats), 'ndjson', 'How the messages are written; json and ndjson have all fields.'),
  },
  run: async (context, { since, until, source, format }) => {
    const { out, err, isTerminal, now, signal } = context
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
      for await (const message of currentMessages(context, wanted(since, until, source.trim().toLowerCase(), now()), reading)) {
        progress?.step({ items: 1, work: 0 })
        yield message
      }
    }
    try {
      await writeRows(counted(), sheet, { format, out, signal })
    } catch (error) {
      throw signal.aborted ? new LoklakError('STOPPED', 'The messages are not complete.', { cause: error }) : error
    }
    progress?.finish()
    if (damaged > 0) err.write(`warning: ${damaged} lines could not be read; \`loklak dump verify\` shows where\n`)
    return damaged > 0 ? 1 : 0
  },
})
