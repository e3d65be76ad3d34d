// Owns what can be asked of a stream, and reading it: channels, a query, where to begin, and which fields.
import { Type, type Static } from 'typebox'
import type { Warning } from '../../query/bad-query.ts'
import { timeRange } from '../../query/bounds.ts'
import type { Query } from '../../query/tree.ts'
import { instant, moment } from '../../settings/quantity.ts'
import { readChannel } from '../../stream/channels.ts'
import type { StreamIds } from '../../stream/id.ts'
import type { Start } from '../../stream/member.ts'
import type { Wanted } from '../../stream/subscription.ts'
import { LoklakError } from '../../watch/errors.ts'
import { understand } from '../search/understand.ts'

const maxChannels = 64
const maxFields = 64

export const streamParameters = {
  channel: Type.Optional(Type.String({ description: 'channels, with commas between or by repeating the parameter: all, bluesky, bluesky/hashtag/rain, any/user/NAME …; + and # stand for any name and any rest' })),
  q: Type.Optional(Type.String({ description: 'a query, in the language of docs/query.md; with channels as well, either is enough. since: says where to begin' })),
  after: Type.Optional(Type.String({ maxLength: 64, description: 'where to begin: an id of the stream, a date, or a time ago such as -1h; without it, now' })),
  lastEventId: Type.Optional(Type.String({ maxLength: 64, description: 'the same as after, which it wins over; the header Last-Event-ID wins over both' })),
  only: Type.Optional(Type.String({ maxLength: 1024, description: 'send just these fields of messages, with commas between' })),
  timezoneOffset: Type.Integer({ default: 0, minimum: -1440, maximum: 1440, description: 'minutes: UTC = local time + offset, so -120 in Berlin in summer; for dates in the query' }),
}
export type StreamParameters = Static<ReturnType<typeof Type.Object<typeof streamParameters>>>

export interface AskedStream {
  readonly wanted: Wanted
  /** Undefined for now. */
  readonly start: Start | undefined
  /** It was to begin at an id of another journal; so it begins now. */
  readonly isForeign: boolean
  readonly only: readonly string[] | undefined
  /** The query as it was understood, and what was doubtful about it. */
  readonly query: { readonly text: string; readonly warnings: readonly Warning[] } | undefined
}

const bad = (detail: string): never => {
  throw new LoklakError('BAD_PARAMETER', detail)
}

const listed = (text: string | undefined): string[] => [...new Set((text ?? '').split(',').map((name) => name.trim()).filter((name) => name !== ''))]
const quoted = (text: string): string => JSON.stringify(text.slice(0, 64))

/** What may have been meant by a name that is no channel. */
function nearest(name: string): string {
  const [first = '', ...rest] = name.split('/')
  const meant = first.toLowerCase() === 'all' ? ['any', ...rest].join('/') : rest.length === 0 ? 'all' : name.replace(/^[^/]*/, 'any')
  const found = readChannel(meant)
  return found === undefined ? '' : `; ${quoted(found)} is one`
}

function readChannels(text: string | undefined): readonly string[] {
  const names = listed(text)
  if (names.length > maxChannels) bad(`channel: ${names.length} were asked for; ${maxChannels} are taken`)
  return names.map((name) => readChannel(name) ?? bad(`channel: no message is ever in ${quoted(name)}${nearest(name)}. There are all, NETWORK, NETWORK/FAMILY/NAME and any/FAMILY/NAME, with FAMILY one of user, mention, hashtag, country, language, text`))
}

function readFields(text: string | undefined): readonly string[] | undefined {
  const names = listed(text)
  if (names.length > maxFields) bad(`only: ${names.length} fields were named; ${maxFields} are taken`)
  return names.length === 0 ? undefined : names.sort()
}

/** The first position of 16 digits. */
const firstId = 10 ** 15

/** An id is where the reader was; a time is where one begins. A number that is no id is nothing: a year is not told from a count. */
function readStart(name: string, text: string, now: number, ids: StreamIds): Start | 'foreign' {
  const after = ids.read(text)
  if (after !== undefined) return after === 'foreign' ? after : { after, resumed: after > 0 }
  const parsed = /^-?\d+$/.test(text) ? { wrong: '' } : moment.parse(text, '')
  if ('wrong' in parsed) return bad(`${name}: ${quoted(text)} is neither an id of a stream (or 0, or the 16 digits at its end) nor a date such as 2026-01-31 or 2026-01-31T12:00:00Z nor a time ago such as -1h`)
  // What happens at the very instant is part of it.
  return { after: Math.max(firstId, Math.min(instant(parsed.value, now), now) * 1000 - 1), resumed: false }
}

/** Whether a query speaks of a time after which nothing matches, as a stream cannot. */
function endsInTime(query: Query, excluded = false): boolean {
  switch (query.kind) {
    case 'and':
      return query.all.some((child) => endsInTime(child, excluded))
    case 'or':
      return query.any.some((child) => endsInTime(child, excluded))
    case 'not':
      return endsInTime(query.none, !excluded)
    case 'time':
      return (excluded ? query.since : query.until) !== undefined
    default:
      return false
  }
}

/** Reads what is asked. `lastEventId`: the header. Throws BadQuery or BAD_PARAMETER. */
export function readStream(parameters: StreamParameters, lastEventId: string | undefined, now: number, ids: StreamIds): AskedStream {
  const { timezoneOffset } = parameters
  const given = (parameters.q ?? '').trim()
  const channels = readChannels(parameters.channel)
  if (channels.length === 0 && given === '') bad('channel or q: one of them must say what to listen to; channel=all is everything')
  const parsed = given === '' ? undefined : understand(given, [], { now, timezoneOffset })
  if (parsed !== undefined && endsInTime(parsed.query)) bad('q: until: has no meaning in a stream, which goes on; ask /api/search.json for what was')
  const since = parsed === undefined ? undefined : timeRange(parsed.query).since

  function start(): Start | 'foreign' | undefined {
    const [name, text] = Object.entries({ 'Last-Event-ID': lastEventId, lastEventId: parameters.lastEventId, after: parameters.after }).find(([, text]) => (text ?? '').trim() !== '') ?? []
    if (name !== undefined && text !== undefined) return readStart(name, text.trim(), now, ids)
    return since === undefined ? undefined : { after: Math.max(firstId, Math.min(since, now) * 1000 - 1), resumed: false }
  }

  const begin = start()
  return {
    wanted: { channels, ...(parsed === undefined ? {} : { query: parsed.query }) },
    start: begin === 'foreign' ? undefined : begin,
    isForeign: begin === 'foreign',
    only: readFields(parameters.only),
    query: parsed,
  }
}
