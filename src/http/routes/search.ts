// Owns /api/search.*: one search, in all the forms in which it can be had. What is asked and found is in ../search, how it is
// written in ../render.
import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type TSchema } from 'typebox'
import type { ApiMessage } from '../../enrich/fields.ts'
import { readShown } from '../../index/shown.ts'
import { term, type Query } from '../../query/tree.ts'
import { jsonText, sendJsonBytes, type Manners } from '../answer.ts'
import { answerOf, jsonAnswer, type DescribedAnswer } from '../describe.ts'
import { addAddress } from '../endpoint.ts'
import { sameTag } from '../range.ts'
import { renderCsv } from '../render/csv.ts'
import { FeatureCollection, featureCollection } from '../render/geojson.ts'
import { renderJson } from '../render/json.ts'
import { renderNdjson } from '../render/ndjson.ts'
import { renderRss } from '../render/rss.ts'
import { renderTxt } from '../render/txt.ts'
import type { Room } from '../room.ts'
import { readAsked, searchParameters, type Asked } from '../search/asked.ts'
import { find, type Found } from '../search/find.ts'
import { SearchAnswer } from '../search/schema.ts'
import { lackHeaders, tellByHeaders } from '../search/told.ts'
import { steady } from '../search/understand.ts'
import { visit } from '../search/visit.ts'
import { publicUrl, withParameters } from '../urls.ts'

/** An answer that is ready to be sent, and what it can be recognised by. */
interface Written {
  readonly bytes: Buffer
  readonly tag: string
}

interface Writing {
  readonly asked: Asked
  readonly found: Found
  readonly manners: Manners
  readonly client: string
  /** Milliseconds since the request came. */
  readonly time: number
  /** Absolute addresses: of this answer, of the next page, of the same search for people. */
  readonly self: string
  readonly next: string | undefined
  readonly page: string
  /** Whether nobody wrote the messages. */
  readonly generated: boolean
}

interface Format {
  readonly type: string
  readonly summary: string
  /** Absent where the answer is text. */
  readonly schema?: TSchema
  /** What it shows; nothing else is asked of the index. */
  readonly shows: keyof typeof searchParameters
  /** Only messages that can be written so. */
  readonly also?: readonly Query[]
  write(writing: Writing): Written
}

function tagged(content: string | Buffer): Written {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return { bytes, tag: hash('sha1', bytes) }
}

const statusesOf = ({ messages }: Found): ApiMessage[] => messages.map(readShown)

const formats: Readonly<Record<string, Format>> = {
  json: {
    type: 'application/json',
    summary: 'Messages, with everything about the search',
    shows: 'everything',
    schema: SearchAnswer,
    write: ({ asked, found, client, time, generated, manners }) => renderJson(asked, found, { client, time, generated }, manners),
  },
  rss: { type: 'application/rss+xml', summary: 'Messages as a feed', shows: 'count', write: ({ asked, found, ...links }) => tagged(renderRss({ ...found, statuses: statusesOf(found) }, { query: asked.given, startRecord: asked.startRecord, ...links })) },
  txt: { type: 'text/plain', summary: 'Messages as lines of text: date, author, text', shows: 'messages', write: ({ found }) => tagged(renderTxt(statusesOf(found))) },
  csv: { type: 'text/csv', summary: 'Messages as a table that spreadsheets can open safely', shows: 'messages', write: ({ found }) => tagged(renderCsv(statusesOf(found))) },
  ndjson: { type: 'application/x-ndjson', summary: 'Messages, one JSON object a line', shows: 'messages', write: ({ found }) => tagged(renderNdjson(found.messages)) },
  geojson: {
    type: 'application/geo+json',
    summary: 'Messages that carry a location, as GeoJSON',
    shows: 'messages',
    schema: FeatureCollection,
    also: [term('has:', 'location')],
    write: ({ found, manners }) => tagged(jsonText(featureCollection(statusesOf(found)), manners)),
  },
}

const headers = {
  ETag: Type.String({ description: 'to be sent back as If-None-Match' }),
  Link: Type.String({ description: '<ADDRESS>; rel="next": the next page of the same search' }),
  ...lackHeaders,
}

function described({ summary, type, schema }: Format): DescribedAnswer {
  if (schema === undefined) return answerOf(summary, type, Type.String())
  return type === 'application/json' ? jsonAnswer(summary, schema) : { description: summary, content: { [type]: { schema }, 'application/javascript': { schema: Type.String() } } }
}

/** The same search, as it goes on: at the same time as it began. */
function nextPage(path: string, { given, understood, order, filter, limit, timezoneOffset, timeout, shortlink, count }: Asked, { cursor }: Found, { minified }: Manners): string | undefined {
  if (cursor === undefined) return undefined
  return withParameters(path, {
    q: steady(given, understood),
    order,
    filter: filter === '' ? undefined : filter,
    count: limit,
    timezoneOffset: timezoneOffset === 0 ? undefined : timezoneOffset,
    timeout,
    shortlink: shortlink ? undefined : 'false',
    exact: count === 'exact' ? 'true' : undefined,
    minified: minified ? 'true' : undefined,
    cursor,
  })
}

function send(request: FastifyRequest, reply: FastifyReply, { bytes, tag }: Written, { type, schema }: Format, manners: Manners): FastifyReply {
  const known = request.headers['if-none-match']
  reply.headers({ 'etag': `W/"${tag}"`, 'cache-control': 'private, max-age=1' })
  if (request.method !== 'POST' && known !== undefined && sameTag(known, `"${tag}"`)) return reply.code(304).send()
  return schema === undefined ? reply.type(`${type}; charset=utf-8`).send(bytes) : sendJsonBytes(reply, bytes, manners, type)
}

function addFormat(app: FastifyInstance, room: Room, url: string, format: Format): void {
  const { options: { now, generated }, parts: { search } } = room
  addAddress(app, {
    url,
    tag: 'search',
    summary: format.summary,
    parameters: searchParameters[format.shows],
    ...(format.schema === undefined ? { plain: true as const } : {}),
    answers: { 200: { ...described(format), headers }, 304: Type.Null({ description: 'The client has it already' }) },
    async handle(parameters, manners, request, reply) {
      const began = now()
      const asked = readAsked(parameters, request.caller, search.limits, began, format.also)
      const base = publicUrl(room)
      const stub = search.limits.shortlink.stub?.replace(/\/+$/, '') ?? base
      const found = await visit(room, request, reply, asked.timeout, (visiting) => find(asked, visiting, { ...search, stub, now: began }))
      const next = nextPage(base + url, asked, found, manners)
      if (next !== undefined) reply.header('link', `<${next}>; rel="next"`)
      tellByHeaders(reply, found)
      const links = { self: withParameters(base + url, { q: asked.given }), page: withParameters(`${base}/search`, { q: asked.given }), next }
      const written = format.write({ asked, found, manners, client: request.caller.address, time: now() - began, generated, ...links })
      return send(request, reply, written, format, manners)
    },
  })
}

export function addSearch(app: FastifyInstance, room: Room): void {
  for (const [name, format] of Object.entries(formats)) addFormat(app, room, `/api/search.${name}`, format)
}
