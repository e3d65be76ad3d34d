// Owns reading a request to subscribe, v1 or v2, up to the point where the socket opens or the request is refused.
import type { IncomingMessage } from 'node:http'
import { BadCursor, begin, type Start } from './cursor.ts'
import type { Dictionaries, Dictionary } from './dictionary.ts'
import { BadOptions, filterV1, filterV2, wants, type Filter } from './filter.ts'
import type { EventLog } from './log.ts'

export interface Subscription {
  readonly version: 1 | 2
  readonly filter: Filter
  readonly start: Start
  /** Where given, every frame is compressed with it. */
  readonly dictionary: Dictionary | undefined
  /** v1: nothing is sent before the first options_update. */
  readonly awaitsHello: boolean
}

/** An answer instead of a socket: v1 says it in plain text, v2 as an XRPC error. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface Server {
  readonly log: EventLog
  readonly dictionaries: Dictionaries | undefined
  readonly lookback: number
  readonly replayed: number
  readonly now: () => number
}

const offersDeflate = (request: IncomingMessage): boolean =>
  (request.headers['sec-websocket-extensions'] ?? '').includes('permessage-deflate')

function chooseV1(query: URLSearchParams, request: IncomingMessage, dictionaries: Dictionaries | undefined): Dictionary | undefined {
  if (query.get('compress') !== 'true' && !String(request.headers['socket-encoding'] ?? '').includes('zstd')) return undefined
  if (offersDeflate(request))
    throw new Refusal(400, 'InvalidRequest', 'choose one compression scheme: custom zstd (compress=true / Socket-Encoding: zstd) or RFC 7692 permessage-deflate, not both')
  if (dictionaries === undefined) throw new Refusal(501, 'NotImplemented', 'this bridge was started without --dictionaries')
  return dictionaries.v1
}

function chooseV2(query: URLSearchParams, dictionaries: Dictionaries | undefined): Dictionary | undefined {
  if (query.get('compress') === 'true')
    throw new Refusal(400, 'InvalidRequest', 'compress=true / Socket-Encoding: zstd is the /subscribe (v1) opt-in; this endpoint uses zstdDictionary=<id> with the dictionary from getZstdDictionary')
  const wanted = query.get('zstdDictionary') ?? ''
  if (wanted === '') return undefined
  const id = Number(wanted)
  if (!/^\d+$/.test(wanted) || id === 0 || id > 0xffff_ffff) throw new Refusal(400, 'InvalidRequest', 'zstdDictionary must be a positive integer zstd dictionary ID')
  if (dictionaries === undefined) throw new Refusal(501, 'NotImplemented', 'this bridge was started without --dictionaries')
  const { v2 } = dictionaries
  if (id !== v2.id)
    throw new Refusal(400, 'UnknownZstdDictionary', `unknown zstd dictionary id ${id}; current dictionary id is ${v2.id} (fetch it via getZstdDictionary and reconnect)`)
  return v2
}

/** Reads a request. Throws Refusal. */
export function readSubscription(version: 1 | 2, query: URLSearchParams, request: IncomingMessage, server: Server): Subscription {
  try {
    const dictionary = version === 1 ? chooseV1(query, request, server.dictionaries) : chooseV2(query, server.dictionaries)
    const filter =
      version === 2
        ? filterV2(query)
        : filterV1({
            wantedCollections: query.getAll('wantedCollections'),
            wantedDids: query.getAll('wantedDids'),
            maxMessageSizeBytes: Number(query.get('maxMessageSizeBytes') ?? 0),
          })
    const start = begin({
      cursor: query.get('cursor'),
      log: server.log,
      refuseOld: version === 2,
      replayed: server.replayed,
      matches: (event) => wants(filter, event),
      lookback: server.lookback,
      now: server.now(),
    })
    return { version, filter, start, dictionary, awaitsHello: version === 1 && query.get('requireHello') === 'true' }
  } catch (error) {
    if (error instanceof BadOptions) throw new Refusal(400, 'InvalidRequest', error.message)
    if (error instanceof BadCursor) throw new Refusal(400, error.code, error.message)
    throw error
  }
}
