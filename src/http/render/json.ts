// Owns search.json: the answer in the shape of the original, and its tag, which does not change with how long it took,
// nor with the clock of a query that is relative to it.
import { createHash } from 'node:crypto'
import { readShown } from '../../index/shown.ts'
import { jsonText, type Manners } from '../answer.ts'
import { generatedNotice } from '../generated.ts'
import type { Asked } from '../search/asked.ts'
import type { Found } from '../search/find.ts'
import type { SearchMetadata } from '../search/schema.ts'

const readme = {
  readme_0: 'These messages were published by their authors on the networks named with them; they remain their work.',
  readme_1: 'query_understood is the query as it was searched; warnings say what was doubtful about it.',
  readme_2: 'Where cursor is present, there may be more: send it with the same query to go on.',
  readme_3: 'coverage names stretches of time in which something may have been missed. minified=true leaves these lines out.',
}

const generatedReadme = { ...readme, readme_0: generatedNotice }

/** What is known of the request apart from what was asked. */
export interface Circumstances {
  readonly client: string
  /** Milliseconds so far. */
  readonly time: number
  readonly generated: boolean
}

/** Where there are less than two messages, nothing is known: as in the original the largest number, here of JSON. */
function period(messages: readonly Uint8Array[]): number {
  const [first, last] = [messages[0], messages.at(-1)]
  if (first === undefined || last === undefined || messages.length < 2) return Number.MAX_SAFE_INTEGER
  return Math.round((Date.parse(readShown(first).created_at) - Date.parse(readShown(last).created_at)) / (messages.length - 1))
}

function metadata(asked: Asked, found: Found, { client, time }: Circumstances): SearchMetadata {
  const { messages, hits, relation, partial, cursor, coverage, crowded } = found
  return {
    startRecord: asked.startRecord,
    maximumRecords: found.limit,
    count: messages.length,
    hits,
    hits_relation: relation,
    ...(asked.order === 'created_at' ? { period: period(messages) } : {}),
    query: asked.given,
    query_understood: asked.understood,
    warnings: [...asked.warnings],
    filter: asked.filter,
    client,
    time,
    servicereduction: crowded ? 'true' : 'false',
    count_twitter_all: 0,
    count_twitter_new: 0,
    count_backend: 0,
    cache_hits: hits,
    scraperInfo: 'local',
    index: 'messages',
    ...(cursor === undefined ? {} : { cursor }),
    ...(partial === undefined ? {} : { partial: true as const, partial_reason: partial }),
    coverage,
  }
}

/** The answer as UTF-8, and what it can be recognised by. */
export function renderJson(asked: Asked, found: Found, circumstances: Circumstances, manners: Manners): { readonly bytes: Buffer; readonly tag: string } {
  const about = metadata(asked, found, circumstances)
  const head = jsonText({ ...(manners.minified ? {} : circumstances.generated ? generatedReadme : readme), search_metadata: about }, manners)
  const rest = manners.minified ? compact(found) : Buffer.from(jsonText({ statuses: found.messages.map(readShown), aggregations: found.aggregations }, manners).slice(1))
  const bytes = Buffer.concat([Buffer.from(`${head.slice(0, manners.minified ? -1 : -2)},`), rest])
  return { bytes, tag: createHash('sha1').update(JSON.stringify({ ...about, time: 0, query_understood: '' })).update(rest).digest('hex') }
}

const comma = Buffer.from(',')

/** Messages and aggregations without a line break. The messages are most of an answer: they pass through as they are. */
function compact({ messages, aggregations }: Found): Buffer {
  const listed = messages.flatMap((message, i) => (i === 0 ? [message] : [comma, message]))
  return Buffer.concat([Buffer.from('"statuses":['), ...listed, Buffer.from(`],"aggregations":${JSON.stringify(aggregations)}}`)])
}
