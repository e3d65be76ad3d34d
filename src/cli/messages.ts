// Owns how commands print messages: as rows, as GeoJSON, where those with a location are features, or as a feed.
import type { ApiMessage } from '../enrich/fields.ts'
import { present } from '../enrich/present.ts'
import { messageColumns } from '../http/render/csv.ts'
import { features } from '../http/render/geojson.ts'
import { feedEnd, feedHead, feedItem } from '../http/render/rss.ts'
import { messageLine } from '../http/render/txt.ts'
import { withParameters } from '../http/urls.ts'
import type { Message } from '../message/schema.ts'
import type { Settings } from '../settings/options.ts'
import { network } from '../sources/sample/people.ts'
import { put } from './output.ts'
import { whole, writePieces, writeRows, type Destination, type MessageFormat } from './rows.ts'

type Messages = AsyncIterable<Message | ApiMessage> | Iterable<Message | ApiMessage>

export interface MessageDestination extends Destination<MessageFormat> {
  /** What the messages were found by. */
  readonly query: string
  /** For the address of the same search, which a feed has to have. */
  readonly settings: Settings
}

const sheet = { columns: messageColumns, line: messageLine }

async function* placed(messages: Messages): AsyncGenerator<ReturnType<typeof features>[number]> {
  for await (const message of messages) yield* features(present(message))
}

/** Prints messages until they end; rejects when the signal aborts. Resolves with the number of rows, features or items. */
export async function writeMessages(messages: Messages, destination: MessageDestination): Promise<number> {
  const { format, out, signal, part = whole } = destination
  if (format === 'rss') return writeFeed(messages, destination)
  if (format !== 'geojson') return writeRows(messages, sheet, { ...destination, format })
  if (part.isFirst) await put(out, '{"type":"FeatureCollection","features":', signal)
  const count = await writeRows(placed(messages), { columns: {} }, { ...destination, format: 'json' })
  if (part.isLast) await put(out, '}\n', signal)
  return count
}

async function writeFeed(messages: Messages, { query, settings, part = whole, ...destination }: MessageDestination): Promise<number> {
  let count = 0
  const base = settings['host.url'] ?? `http://localhost:${settings['port.http']}`
  const page = withParameters(`${base.replace(/\/+$/, '')}/search`, { q: query })
  const head = (first: Message | ApiMessage | undefined): string => feedHead({ query, page, generated: first?.network === network }, [])
  async function* pieces(): AsyncGenerator<string> {
    for await (const message of messages) {
      // What kind of messages they are can be seen at the first.
      if (part.isFirst && count === 0) yield head(message)
      count++
      yield feedItem(message)
    }
    if (part.isFirst && count === 0) yield head(undefined)
    if (part.isLast) yield feedEnd
  }
  await writePieces(pieces(), destination)
  return count
}
