// Owns how commands print messages: as rows, or as GeoJSON, where those with a location are features.
import type { ApiMessage } from '../enrich/fields.ts'
import { present } from '../enrich/present.ts'
import { messageColumns } from '../http/render/csv.ts'
import { features } from '../http/render/geojson.ts'
import { messageLine } from '../http/render/txt.ts'
import type { Message } from '../message/schema.ts'
import { put } from './output.ts'
import { rowFormats, writeRows, type Destination, type RowFormat } from './rows.ts'

export const messageFormats = [...rowFormats, 'geojson'] as const
export type MessageFormat = (typeof messageFormats)[number]

const sheet = { columns: messageColumns, line: messageLine }

async function* placed(messages: AsyncIterable<Message> | Iterable<Message>): AsyncGenerator<ReturnType<typeof features>[number]> {
  for await (const message of messages) yield* features(present(message))
}

/** Prints messages until they end; rejects when the signal aborts. */
export async function writeMessages(messages: AsyncIterable<Message | ApiMessage> | Iterable<Message | ApiMessage>, destination: Destination<MessageFormat>): Promise<void> {
  const { format, out, signal } = destination
  if (format !== 'geojson') return void (await writeRows(messages, sheet, { ...destination, format }))
  await put(out, '{"type":"FeatureCollection","features":', signal)
  await writeRows(placed(messages), { columns: {} }, { ...destination, format: 'json' satisfies RowFormat })
  await put(out, '}\n', signal)
}
