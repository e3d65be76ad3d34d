// Owns a search as RSS 2.0 with OpenSearch, for feed readers.
import type { ApiMessage } from '../../enrich/fields.ts'
import { html } from '../html.ts'
import type { Found } from '../search/find.ts'
import { xmlText } from './xml.ts'

/** What a feed says of itself; addresses are absolute. */
export interface Feed {
  readonly query: string
  /** The page of the same search for people. */
  readonly page: string
  readonly self: string
  /** The next page; absent on the last. */
  readonly next: string | undefined
  readonly startRecord: number
}

const isWeb = (link: string | undefined): link is string => link !== undefined && /^https?:\/\//i.test(link)

const element = (name: string, text: string): string => `<${name}>${xmlText(text)}</${name}>`

function item({ user, screen_name, link, text, created_at, id_str }: ApiMessage): string {
  const lines = [
    element('title', `${user.name ?? screen_name} @${screen_name}`),
    ...(isWeb(link) ? [element('link', link)] : []),
    // Readers take a description for HTML, and the text of a message is none.
    element('description', html`${text}`.source),
    element('pubDate', new Date(created_at).toUTCString()),
    `<guid isPermaLink="false">${xmlText(id_str)}</guid>`,
  ]
  return `<item>\n${lines.join('\n')}\n</item>\n`
}

export function renderRss({ statuses, hits }: Pick<Found, 'statuses' | 'hits'>, { query, page, self, next, startRecord }: Feed): string {
  const title = query === '' ? 'loklak: everything' : `loklak search for ${query}`
  const links = [['self', self] as const, ...(next === undefined ? [] : [['next', next] as const])]
  const head = [
    element('title', title),
    element('link', page),
    element('description', `Messages of the public social web, found by ${query === '' ? 'an empty query' : query}`),
    ...links.map(([rel, href]) => `<atom:link rel="${rel}" type="application/rss+xml" href="${xmlText(href)}"/>`),
    `<opensearch:totalResults>${hits}</opensearch:totalResults>`,
    `<opensearch:startIndex>${startRecord}</opensearch:startIndex>`,
    `<opensearch:itemsPerPage>${statuses.length}</opensearch:itemsPerPage>`,
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
${head.join('\n')}
${statuses.map(item).join('')}</channel>
</rss>
`
}
