// Owns reading a raw frame of com.atproto.sync.subscribeRepos: two CBOR values, header and body, with the records of a
// commit as a CAR file inside.
import { decode, decodeAll } from '@atproto/lex-cbor'
import { lexToJson } from '@atproto/lex-json'
import { readCar } from '@atproto/repo'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { isObject, type JsonObject } from '../../../src/support/json.ts'
import type { Change } from './event.ts'

const Link = Type.Object({ $link: Type.String() })
const commitBody = Compile(
  Type.Object({
    seq: Type.Integer(),
    repo: Type.String(),
    rev: Type.String(),
    ops: Type.Array(
      Type.Object({ action: Type.Enum(['create', 'update', 'delete']), path: Type.String(), cid: Type.Union([Link, Type.Null()]) }),
    ),
  }),
)
const identityBody = Compile(Type.Object({ did: Type.String(), seq: Type.Integer(), time: Type.String(), handle: Type.Optional(Type.String()) }))
const accountBody = Compile(
  Type.Object({
    did: Type.String(),
    seq: Type.Integer(),
    time: Type.String(),
    active: Type.Boolean(),
    status: Type.Optional(Type.String()),
  }),
)

/** What a frame says; `seq` is its place upstream, absent where it has none. */
export interface Decoded {
  readonly seq?: number
  readonly changes: readonly Change[]
}

/** A JSON value with the keys of its objects in order, as Jetstream writes it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return sortedObject(value)
}
const sortedObject = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))

async function readRecords(blocks: unknown): Promise<ReadonlyMap<string, Uint8Array>> {
  if (!(blocks instanceof Uint8Array)) throw new Error('a commit without blocks')
  const car = await readCar(blocks)
  return new Map([...car.blocks].map(([cid, bytes]) => [cid.toString(), bytes]))
}

function readRecord(records: ReadonlyMap<string, Uint8Array>, cid: string): JsonObject {
  const bytes = records.get(cid)
  if (bytes === undefined) throw new Error(`a commit without its record ${cid}`)
  const record = lexToJson(decode(bytes))
  if (!isObject(record)) throw new Error(`${cid}: not a record`)
  return sortedObject(record)
}

async function decodeCommit(body: JsonObject): Promise<Decoded> {
  const { blocks, ...rest } = body
  const { seq, repo: did, rev, ops } = commitBody.Parse(lexToJson(rest))
  const records = await readRecords(blocks)
  const changes = ops.map(({ action: operation, path, cid }): Change => {
    const [collection = '', rkey = ''] = path.split('/')
    const place = { kind: 'commit', did, rev, operation, collection, rkey } as const
    return cid === null ? place : Object.assign(place, { record: readRecord(records, cid.$link), cid: cid.$link })
  })
  return { seq, changes }
}

/** Decodes one binary frame. Kinds of which Jetstream makes nothing (#sync, #info) give no changes. Throws on an error frame. */
export async function decodeFrame(frame: Uint8Array): Promise<Decoded> {
  const [header, body] = decodeAll(frame)
  if (!isObject(header) || !isObject(body)) throw new Error('not a frame')
  if (header['op'] !== 1) throw new Error(`upstream: ${JSON.stringify(body)}`)
  switch (header['t']) {
    case '#commit':
      return decodeCommit(body)
    case '#identity': {
      const identity = identityBody.Parse(lexToJson(body))
      return { seq: identity.seq, changes: [{ kind: 'identity', did: identity.did, identity: sortedObject(identity) }] }
    }
    case '#account': {
      const account = accountBody.Parse(lexToJson(body))
      return { seq: account.seq, changes: [{ kind: 'account', did: account.did, account: sortedObject(account) }] }
    }
    default:
      return { changes: [] }
  }
}
