// Owns a search as RSS 2.0 with OpenSearch, for feed readers.
import { generatedNotice } from '../generated.ts'
import { html } from '../html.ts'
import type { Message } from '../../message/schema.ts'
import type { Found } from '../search/find.ts'
import { tellInWords } from '../search/told.ts'
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
  /** Whether nobody wrote the messages. */
  readonly generated: boolean
}

const isWeb = (link: string | undefined): link is string => link !== undefined && /^https?:\/\//i.test(link)

const element = (name: string, text: string): string => `<${name}>${xmlText(text)}</${name}>`

export function feedItem({ user, screen_name, link, text, created_at, id_str }: Message): string {
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

/** Everything before the items. How many there are of how many is said where it is known. */
export function feedHead({ query, page, generated }: Pick<Feed, 'query' | 'page' | 'generated'>, remarks: readonly string[], more: readonly string[] = []): string {
  const found = `${generated ? `${generatedNotice} Messages` : 'Messages of the public social web,'} found by ${query === '' ? 'an empty query' : query}.`
  const head = [
    element('title', `loklak${generated ? ' demo with generated messages' : ''}${query === '' ? ': everything' : ` search for ${query}`}`),
    element('link', page),
    element('description', [found, ...remarks].join(' ')),
    ...more,
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
${head.join('\n')}
`
}

export const feedEnd = '</channel>\n</rss>\n'

export function renderRss(found: Pick<Found, 'hits' | 'partial' | 'coverage'> & { readonly statuses: readonly Message[] }, feed: Feed): string {
  const { self, next, startRecord } = feed
  const links = [['self', self] as const, ...(next === undefined ? [] : [['next', next] as const])]
  const head = feedHead(feed, tellInWords(found), [
    ...links.map(([rel, href]) => `<atom:link rel="${rel}" type="application/rss+xml" href="${xmlText(href)}"/>`),
    `<opensearch:totalResults>${found.hits}</opensearch:totalResults>`,
    `<opensearch:startIndex>${startRecord}</opensearch:startIndex>`,
    `<opensearch:itemsPerPage>${found.statuses.length}</opensearch:itemsPerPage>`,
  ])
  return head + found.statuses.map(feedItem).join('') + feedEnd
}
