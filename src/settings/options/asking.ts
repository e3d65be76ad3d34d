// Owns the options of search and of what stands between this server and its peers.
import { url } from '../address.ts'
import { boolean, listOf, optional, text } from '../kind.ts'
import { option } from '../option.ts'
import { duration, integer } from '../quantity.ts'

const hits = integer({ min: 1, max: 10_000 })

export const asking = {
  'search.count.low': option(hits, '10', 'Hits on a page while the server is at its limit.', { public: true }),
  'search.count.default': option(hits, '20', 'Hits on a page when nothing is said.', { public: true }),
  'search.count.max.public': option(hits, '100', 'Most hits on a page for everybody.', { public: true }),
  'search.count.max.localhost': option(hits, '1000', 'Most hits on a page for callers by the socket in the data folder.', { public: true }),
  'search.timeout': option(duration, '5000', 'How long a search may take; then it answers with what it has, marked as partial.', { public: true }),
  'shortlink.iflinkexceedslength': option(integer(), '50000', 'Links in answers that are longer are replaced by a short one when `shortlink=true` is asked for.'),
  'shortlink.urlstub': option(optional(url('http', 'https')), '', 'What short links begin with. Empty: `host.url`.'),
  'peername': option(text, 'anonymous', 'The name of this server among its peers.', { later: true }),
  'backend': option(listOf(url('http', 'https')), '', 'Peers that get what is collected here. Empty: nothing leaves this machine.', { later: true }),
  'backend.push.enabled': option(boolean, 'true', 'Whether messages are pushed to `backend`.', { later: true }),
}
