// Owns /xrpc/app.bsky.feed.searchPosts: Bluesky's own search by its lexicon, over what is kept here, for everybody.
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { readShown } from '../../index/shown.ts'
import { timeRange } from '../../query/bounds.ts'
import { readDate } from '../../query/dates.ts'
import { author, link, term, time, type Query } from '../../query/tree.ts'
import { LoklakError, type ErrorCode } from '../../watch/errors.ts'
import { sendJson } from '../answer.ts'
import { answerOf, failureOf } from '../describe.ts'
import { sendError } from '../errors.ts'
import { allGiven, mergeParameters, parameterReader } from '../parameters.ts'
import { postView, PostView } from '../render/post-view.ts'
import type { Room } from '../room.ts'
import { counted } from '../search/counted.ts'
import { onward } from '../search/onward.ts'
import { lackHeaders, tellByHeaders } from '../search/told.ts'
import { understand } from '../search/understand.ts'
import { visit } from '../search/visit.ts'

const parameters = Type.Object({
  q: Type.String({ description: 'the query, in the language of docs/query.md; * is everything' }),
  sort: Type.String({ default: 'latest', description: 'top: by likes, as far as they are known; everything else is latest' }),
  since: Type.Optional(Type.String({ description: 'an instant or a day, inclusive' })),
  until: Type.Optional(Type.String({ description: 'an instant or a day, exclusive' })),
  mentions: Type.Optional(Type.String({ description: 'a handle or DID' })),
  author: Type.Optional(Type.String({ description: 'a handle or DID' })),
  lang: Type.Optional(Type.String()),
  domain: Type.Optional(Type.String({ description: 'links lead there' })),
  url: Type.Optional(Type.String({ description: 'a link is exactly this' })),
  limit: Type.Integer({ default: 25, minimum: 1, maximum: 100 }),
  cursor: Type.Optional(Type.String({ maxLength: 1024 })),
})
type Given = Static<typeof parameters>
const read = parameterReader(parameters)
const Tags = Type.Optional(Type.Array(Type.String({ maxLength: 640 }), { description: 'given several times: all of them' }))

export const PostsAnswer = Type.Object({ cursor: Type.Optional(Type.String()), hitsTotal: Type.Optional(Type.Integer()), posts: Type.Array(PostView) })
const XrpcError = Type.Object({ error: Type.String(), message: Type.String() })

const names: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_QUERY: 'BadQueryString',
  FEATURE_MISSING: 'BadQueryString',
  INTERNAL: 'InternalServerError',
  OVERLOADED: 'NotEnoughResources',
  NOT_READY: 'NotEnoughResources',
  TOO_MANY_REQUESTS: 'RateLimitExceeded',
}
const errorBody = ({ code, message }: LoklakError): object => ({ error: names[code] ?? 'InvalidRequest', message })

const bad = (detail: string): never => {
  throw new LoklakError('BAD_PARAMETER', detail)
}

function nameIn(parameter: 'mentions' | 'author', text: string): string {
  const name = text.trim().replace(/^@/, '')
  return /^[^\s@/]+$/.test(name) ? name : bad(`${parameter}: a handle or DID was expected`)
}

const hostIn = (text: string): string => (/^[^\s/:@?#]+$/.test(text.trim()) ? text.trim().toLowerCase() : bad('domain: a name such as example.org was expected'))

function instant(name: 'since' | 'until', value: string, now: number): number {
  const at = readDate(value, false, { now, timezoneOffset: 0 })
  return typeof at === 'number' ? at : bad(`${name}: ${at.expected} was expected`)
}

/** What the parameters ask beside the query. */
function constraints(given: Given, tags: readonly string[], now: number): Query[] {
  const { since, until, mentions, author: by, lang, domain, url } = given
  const of = <T>(value: T | undefined, query: (value: T) => Query): Query[] => (value === undefined || value === '' ? [] : [query(value)])
  return [
    term('source:', 'bluesky'),
    ...of(since, (value) => time({ since: instant('since', value, now) })),
    ...of(until, (value) => time({ until: instant('until', value, now) })),
    ...of(mentions, (name) => term('@', nameIn('mentions', name))),
    ...of(by, (name) => author(nameIn('author', name))),
    ...of(lang, (tag) => term('lang:', tag.split(/[-_]/, 1)[0]?.toLowerCase())),
    ...of(domain, (host) => term('host:', hostIn(host))),
    ...of(url, link),
    ...tags.flatMap((tag) => of(tag.replace(/^#/, ''), (name) => term('#', name))),
  ]
}

const failure = failureOf('What went wrong, in the shape of XRPC', XrpcError)

export function addSearchPosts(app: FastifyInstance, room: Room): void {
  const { parts, options } = room
  app.get('/xrpc/app.bsky.feed.searchPosts', {
    schema: {
      tags: ['search'],
      summary: 'Bluesky posts, by the lexicon of app.bsky.feed.searchPosts',
      querystring: { ...parameters, properties: { ...parameters.properties, tag: Tags }, required: ['q'] },
      response: { 200: { ...answerOf('Views of posts, as far as they are kept', 'application/json', PostsAnswer), headers: lackHeaders }, '4xx': failure, '5xx': failure },
    },
    errorHandler: (error, _request, reply) => void sendError(reply, error, parts.log, errorBody),
    handler: async (request, reply) => {
      const now = options.now()
      const given = read(mergeParameters(request.query, undefined))
      const tags = allGiven(request.url, 'tag')
      const { query } = understand(given.q.trim() === '*' ? '' : given.q, constraints(given, tags, now), { now })
      const { cursor = '' } = given
      const page = { order: given.sort === 'top' ? 'favourites_count' as const : 'created_at' as const, limit: given.limit, count: 'capped' as const, ...(cursor === '' ? {} : { cursor }) }
      const found = await visit(room, request, reply, undefined, ({ index, timeout, signal }) => index.search(query, { ...page, timeout }, signal))
      const next = onward(found, page)
      const { since, until } = timeRange(query)
      tellByHeaders(reply, { partial: found.partial?.reason, coverage: parts.search.coverage(since, until) })
      const answer: Static<typeof PostsAnswer> = {
        ...(next === undefined ? {} : { cursor: next }),
        hitsTotal: counted(found).hits,
        posts: found.messages.flatMap((bytes) => postView(readShown(bytes)) ?? []),
      }
      return sendJson(reply.header('cache-control', 'private, max-age=1'), answer, { minified: true })
    },
  })
}
