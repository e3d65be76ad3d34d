// The command `stream`: prints new messages the moment a server keeps them, and goes on by itself after every interruption.
import { dataFolder } from '../journal/data-folder.ts'
import { url } from '../settings/address.ts'
import { optional, text } from '../settings/kind.ts'
import { option } from '../settings/option.ts'
import { listenTo, type Remote, type RemoteEvent, type RemoteOptions } from '../stream/remote.ts'
import { isObject } from '../support/json.ts'
import { socketAddress, unanswered } from '../http/socket.ts'
import { LoklakError } from '../watch/errors.ts'
import { command, type Context } from './command.ts'
import { formatFlag, writeRows, type Sheet } from './rows.ts'

/** A field of the data of an event, as text. */
function field({ data }: RemoteEvent, name: string): string {
  const value = isObject(data) ? data[name] : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function line(row: RemoteEvent): string {
  switch (row.event) {
    case 'delete':
      return `gone: ${field(row, 'id_str')} (${field(row, 'reason')})`
    case 'author':
      return `author ${field(row, 'state')}: ${field(row, 'handle') || field(row, 'key')}`
    default:
      return `${field(row, 'created_at')} ${field(row, 'screen_name')}${row.event === 'edit' ? ' (edited)' : ''}: ${field(row, 'text')}`
  }
}

const sheet: Sheet<RemoteEvent> = {
  columns: {
    id: ({ id }) => id,
    event: ({ event }) => event,
    id_str: (row) => field(row, 'id_str'),
    created_at: (row) => field(row, 'created_at'),
    network: (row) => field(row, 'network'),
    screen_name: (row) => field(row, 'screen_name'),
    text: (row) => field(row, 'text'),
    link: (row) => field(row, 'link'),
  },
  line,
}

interface Asked {
  readonly query: string
  readonly channel: string
  readonly url: string | undefined
  readonly after: string
}

/** The address of the stream with what is asked of it. */
function addressOf({ query, channel, url = 'http://localhost', after }: Asked): URL {
  const address = new URL('api/stream.json', url.endsWith('/') ? url : `${url}/`)
  const channels = channel === '' && query === '' ? 'all' : channel
  for (const [name, value] of Object.entries({ channel: channels, q: query, after })) if (value !== '') address.searchParams.set(name, value)
  return address
}

/** What is said about the stream itself goes where it does not mix with the messages. */
async function* messagesOf({ events }: Remote, err: Context['err']): AsyncGenerator<RemoteEvent> {
  for await (const row of events) {
    if (row.event === 'info') err.write(`note: ${JSON.stringify(row.data)}\n`)
    else yield row
  }
}

export const stream = command({
  name: 'stream',
  summary: 'Prints new messages the moment they are kept, of this server or any other, and goes on by itself when it is interrupted.',
  usage: ['stream [QUERY…] [--channel CHANNEL,…] [--url URL] [--after ID|DATE|-1h] [--format FORMAT]'],
  arguments: { min: 0, max: 100 },
  flags: {
    channel: option(text, '', 'Channels such as bluesky/hashtag/rain, with commas between. Without query and channel: all.'),
    url: option(optional(url('http', 'https')), '', 'The server. Without it, the one that runs on the data folder.'),
    after: option(text, '', 'Where to begin: an id that was printed, a date, or a time ago such as -1h. Without it, now.'),
    format: formatFlag,
  },
  run: async (context, flags) => {
    const { settings, args, out, err, signal } = context
    const { socket } = dataFolder(settings['data.path'])
    const own = flags.url === undefined ? socketAddress(socket) : undefined
    const options: RemoteOptions = {
      address: addressOf({ ...flags, query: args.join(' ') }),
      ...(own === undefined ? {} : { socketPath: own.path }),
      signal,
      onInterrupted: (reason, pause) => void err.write(`interrupted: ${reason}; again in ${Math.ceil(pause / 1000)} s\n`),
    }
    const remote = listenTo(options)
    try {
      // Not with the signal: it ends the events, and what came before it is written to its end.
      await writeRows(messagesOf(remote, err), sheet, { format: flags.format, out, signal: new AbortController().signal, batch: 0 })
    } catch (error) {
      const why = own !== undefined && error instanceof LoklakError ? unanswered(socket, error.cause) : undefined
      throw why?.code === 'SOCKET_FORBIDDEN' ? why : error
    } finally {
      own?.release()
    }
    if (remote.last() !== undefined) err.write(`to go on from here: --after=${remote.last()}\n`)
    return 0
  },
})
