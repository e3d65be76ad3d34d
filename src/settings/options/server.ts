// Owns the options of the server itself: where it listens, who may ask how much, what it logs.
import { cidr, host, path, url } from '../address.ts'
import { boolean, listOf, oneOf, optional, text } from '../kind.ts'
import { option } from '../option.ts'
import { bytes, integer, port } from '../quantity.ts'

const noHttpsYet = 'arrives with a later version, only off is taken yet; until then a reverse proxy can end TLS in front of port.http'

export const server = {
  'port.http': option(port, '9000', 'Port of the HTTP server; 0 takes any free one.'),
  'port.https': option(port, '9443', 'Port of the HTTPS server, once `https.mode` is on.'),
  'host': option(listOf(host, { least: 1 }), '127.0.0.1,::1', 'Addresses to listen on. The default is reached from this machine alone; `0.0.0.0,::` is all, as containers need it.'),
  'host.url': option(optional(url('http', 'https')), '', 'How others reach this server, for links in answers. Empty: `http://localhost` with the port.', { public: true }),
  'https.mode': option(oneOf(['off'], { on: noHttpsYet, redirect: noHttpsYet, only: noHttpsYet }), 'off', 'HTTPS. Only `off` is taken yet; `on`, `redirect` and `only` arrive with a later version.'),
  'data.path': option(path, 'data', 'The data folder: dumps, indexes, state. One process at a time holds it.'),
  'roles': option(listOf(oneOf(['collect', 'serve']), { least: 1 }), 'collect,serve', 'What this process does: follow the sources, answer requests, or both.'),
  'server.proxies': option(listOf(cidr), '', 'Networks of reverse proxies whose `X-Forwarded-For` and `X-Real-IP` are believed. From all others they are ignored.'),
  'server.cors': option(boolean, 'true', 'Whether web pages of other origins may read the answers.'),
  'server.body.limit': option(bytes, '10MB', 'Largest body of a request; more is answered 413.'),
  'server.requests.rate': option(integer({ max: 1_000_000 }), '50', 'Requests a second from one address, averaged over ten seconds; more are answered 429. Callers on this machine are not limited; 0 limits nobody.'),
  'log.level': option(oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), 'info', 'The least that is logged.'),
  'log.format': option(oneOf(['auto', 'pretty', 'json']), 'auto', 'How a log line looks; `auto` is pretty on a terminal and JSON otherwise.'),
  'client.*': option(text, '', 'Any name: published, without `client.`, by /api/settings.json for web pages to read. Not taken from the environment.', { public: true }),
}
