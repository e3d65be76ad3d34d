// Owns the search form of our pages, which works without scripts.
import { html, type Html } from './html.ts'

export const searchForm = (query: string): Html =>
  html`<form action="/search" role="search"><input type="search" name="q" value="${query}" aria-label="Search" placeholder="rain, #rain, from:name, lang:de, since:2h …"><button>Search</button></form>
`
