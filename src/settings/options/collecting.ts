// Owns the options of what is collected: the sources and the people behind the messages.
import { path, url } from '../address.ts'
import { boolean, kind, listOf, oneOf, optional } from '../kind.ts'
import { option } from '../option.ts'
import { moment } from '../quantity.ts'

const jetstreams = [
  'wss://jetstream.us-east.bsky.network/xrpc/network.bsky.jetstream.subscribeEvents',
  'wss://jetstream.us-west.bsky.network/xrpc/network.bsky.jetstream.subscribeEvents',
  'wss://jetstream1.us-east.bsky.network/subscribe',
  'wss://jetstream2.us-west.bsky.network/subscribe',
].join(',')

const collection = kind('collection', 'a collection such as app.bsky.feed.post or app.bsky.feed.*', (name) =>
  /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+(\.[a-z0-9]+|\.\*)$/i.test(name) ? name : undefined)

export const collecting = {
  'source.bluesky.enabled': option(boolean, 'true', 'Whether Bluesky is followed.'),
  'source.bluesky.url': option(listOf(url('ws', 'wss'), { least: 1 }), jetstreams, 'Jetstream servers, v2 (`…/xrpc/network.bsky.jetstream.subscribeEvents`) or v1 (`…/subscribe`). One is used at a time, the next when it fails.'),
  'source.bluesky.collections': option(listOf(collection, { least: 1 }), 'app.bsky.feed.post,app.bsky.actor.profile', 'Which records are asked for. Posts are kept; profiles tell names and consent.'),
  'source.bluesky.compress': option(boolean, 'false', 'Whether Jetstream is asked for compressed frames: less than half the traffic (of about 40 kB/s for all posts), and about twice the CPU.'),
  'source.bluesky.dictionary': option(optional(path), '', 'File with the zstd dictionary of Jetstream v1, whose servers do not hand it out; without it v1 is not compressed. v2 needs none.'),
  'source.bluesky.since': option(optional(moment), '', 'Where the very first start begins: empty is now, `-36h` or a date takes what the server still has. Later starts resume.'),
  'source.bluesky.appview.url': option(optional(url('https', 'http')), 'https://public.api.bsky.app', 'The service that tells names of accounts. Empty: none is asked; posts are kept all the same.'),
  'consent.policy': option(oneOf(['respect', 'ignore']), 'respect', 'Authors who ask not to be shown to people without an account: `respect` neither keeps nor shows their messages once that is known.'),
}
