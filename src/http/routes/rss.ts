// Owns /rss/QUERY: the short address of a search's feed, as in the original.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { failures } from '../describe.ts'
import { queryString } from '../parameters.ts'
import { withParameters } from '../urls.ts'

interface FeedRequest {
  Params: { readonly q?: string; readonly '*'?: string }
}

export function addRss(app: FastifyInstance): void {
  const handler = ({ params, url }: FastifyRequest<FeedRequest>, reply: FastifyReply): FastifyReply => {
    const more = queryString(url)
    return reply.redirect(`${withParameters('/api/search.rss', { q: params.q ?? params['*'] ?? '' })}${more === '' ? '' : `&${more}`}`, 302)
  }
  const params = Type.Object({ q: Type.String({ description: 'the query' }) })
  app.get<FeedRequest>('/rss/:q', { schema: { tags: ['search'], summary: 'The feed of a search', params, response: { 302: Type.Null({ description: 'To /api/search.rss' }), ...failures } }, handler })
  // A query may hold slashes that were not escaped.
  app.get<FeedRequest>('/rss/*', { schema: { hide: true }, handler })
}
