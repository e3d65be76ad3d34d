// Owns /search: the hits of a search as a page to read. It loads nothing from anywhere.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Hits } from '../../index/port.ts'
import { readShown } from '../../index/shown.ts'
import type { Message } from '../../message/schema.ts'
import { BadQuery } from '../../query/bad-query.ts'
import { timeRange } from '../../query/bounds.ts'
import type { ParsedQuery } from '../../query/query.ts'
import { pagePolicy } from '../headers.ts'
import { generatedNotice } from '../generated.ts'
import { html, Html } from '../html.ts'
import { mergeParameters, parameterReader } from '../parameters.ts'
import type { Room } from '../room.ts'
import { searchForm } from '../search-form.ts'
import { counted } from '../search/counted.ts'
import type { SourceGap } from '../search/coverage.ts'
import { onward } from '../search/onward.ts'
import { tellByHeaders, tellInWords } from '../search/told.ts'
import { steady, understand } from '../search/understand.ts'
import { visit } from '../search/visit.ts'
import { style } from '../style.ts'
import { withParameters } from '../urls.ts'

const parameters = Type.Object({ q: Type.String({ default: '' }), cursor: Type.Optional(Type.String({ maxLength: 1024 })) })
type Given = Static<typeof parameters>
const read = parameterReader(parameters)

const isWeb = (link: string | undefined): link is string => link !== undefined && /^https?:\/\//i.test(link)

function article({ screen_name, user, created_at, text, link, network }: Message): Html {
  const when = html`<time datetime="${created_at}">${created_at.slice(0, 16).replace('T', ' ')} UTC</time>`
  return html`<article><strong>${user.name ?? screen_name}</strong> @${screen_name}, ${isWeb(link) ? html`<a href="${link}" rel="noreferrer nofollow">${when}</a>` : when}, ${network}
<p>${text}</p></article>
`
}

const page = (query: string, body: Html, generated: boolean): string => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${query === '' ? 'Search' : query} – loklak</title><meta name="viewport" content="width=device-width, initial-scale=1"><style>${new Html(style)}</style></head>
<body>
<p><a href="/">${generated ? 'loklak demo' : 'loklak'}</a></p>
${generated ? html`<p><strong>${generatedNotice}</strong></p>
` : []}${searchForm(query)}${body}</body>
</html>
`.source

function results({ q }: Given, { text, warnings }: ParsedQuery, found: Hits, cursor: string | undefined, coverage: readonly SourceGap[]): Html {
  const form = (format: string): string => withParameters(`/api/search.${format}`, { q })
  const { messages, partial } = found
  const { hits, relation } = counted(found)
  const count = `${relation === 'gte' ? 'at least ' : ''}${hits} messages`
  return html`<p>${count}${text === '' || text === q ? '' : html`, searched as <code>${text}</code>`}. As <a href="${form('rss')}">feed</a>, <a href="${form('json')}">JSON</a>, <a href="${form('csv')}">CSV</a>.</p>
${warnings.map(({ column, message }) => html`<p class="bad">column ${column}: ${message}</p>
`)}${tellInWords({ partial: partial?.reason, coverage }).map((lack) => html`<p class="bad">${lack}</p>
`)}${messages.map((bytes) => article(readShown(bytes)))}${cursor === undefined ? [] : html`<p><a href="${withParameters('/search', { q: steady(q, text), cursor })}">Older</a></p>
`}`
}

const sendPage = (reply: FastifyReply, text: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy(style)).header('cache-control', 'no-store').send(text)

export function addSearchPage(app: FastifyInstance, room: Room): void {
  const { generated } = room.options
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const given = read(mergeParameters(request.query, undefined))
    try {
      const parsed = understand(given.q, [], { now: room.options.now() })
      const limit = room.parts.search.limits.hits.usual
      const asked = { order: 'created_at' as const, limit, count: 'capped' as const, ...(given.cursor === undefined ? {} : { cursor: given.cursor }) }
      const hits = await visit(room, request, reply, undefined, ({ index, timeout, signal }) => index.search(parsed.query, { ...asked, timeout }, signal))
      const { since, until } = timeRange(parsed.query)
      const coverage = room.parts.search.coverage(since, until)
      tellByHeaders(reply, { partial: hits.partial?.reason, coverage })
      return sendPage(reply, page(given.q, results(given, parsed, hits, onward(hits, asked), coverage), generated))
    } catch (error) {
      if (!(error instanceof BadQuery)) throw error
      return sendPage(reply.code(400), page(given.q, html`<p class="bad">${error.detail}</p>
`, generated))
    }
  }
  app.get('/search', { schema: { hide: true }, handler })
}
