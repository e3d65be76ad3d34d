// Owns what a person and an administrator can do with an account of a PDS.
import { isObject, type JsonObject } from '../../src/support/json.ts'
import { text, xrpc } from './xrpc.ts'

/** A record as it was written: its key, its hash, and its address. */
export interface Written {
  readonly rkey: string
  readonly cid: string
  readonly uri: string
}

export interface Account {
  readonly did: string
  /** The newest handle. */
  handle(): string
  /** Writes a post; the record needs at least a text. */
  post(record: JsonObject): Promise<Written>
  /** Writes several posts in one commit. */
  postTogether(records: readonly JsonObject[]): Promise<readonly Written[]>
  /** Replaces a post by another record under the same key. */
  edit(rkey: string, record: JsonObject): Promise<Written>
  remove(rkey: string): Promise<void>
  /** Writes a record of any other collection. */
  write(collection: string, record: JsonObject): Promise<Written>
  /** Writes the profile anew. */
  describe(profile: JsonObject): Promise<void>
  /** Uploads a picture and gives what a record embeds. */
  upload(image: Uint8Array): Promise<unknown>
  rename(name: string): Promise<void>
  deactivate(): Promise<void>
  activate(): Promise<void>
  /** By the administrator: taken down, or back again. */
  takeDown(applied: boolean): Promise<void>
  /** Deletes the account for good, by the administrator. */
  erase(): Promise<void>
}

const admin = `Basic ${Buffer.from('admin:admin').toString('base64')}`
const posts = 'app.bsky.feed.post'
const profiles = 'app.bsky.actor.profile'

/** A post as a client writes it: `createdAt` is now unless the record says otherwise. */
const asPost = (record: JsonObject): JsonObject => ({ $type: posts, createdAt: new Date().toISOString(), ...record })

function asWritten(answer: JsonObject): Written {
  const uri = text(answer, 'uri')
  return { uri, cid: text(answer, 'cid'), rkey: uri.slice(uri.lastIndexOf('/') + 1) }
}

/** Creates an account at a PDS with the handle `name.test`. */
export async function openAccount(service: string, name: string): Promise<Account> {
  let handle = `${name}.test`
  const opened = await xrpc(service, {
    method: 'com.atproto.server.createAccount',
    input: { handle, email: `${name}@mail.test`, password: 'password' },
  })
  const did = text(opened, 'did')
  const bearer = `Bearer ${text(opened, 'accessJwt')}`
  const own = (method: string, input: JsonObject | Uint8Array | null): Promise<JsonObject> => xrpc(service, { method, input, authorization: bearer })
  const byAdmin = (method: string, input: JsonObject): Promise<JsonObject> => xrpc(service, { method, input, authorization: admin })
  const create = async (collection: string, record: JsonObject): Promise<Written> =>
    asWritten(await own('com.atproto.repo.createRecord', { repo: did, collection, record }))
  const put = async (collection: string, rkey: string, record: JsonObject): Promise<Written> =>
    asWritten(await own('com.atproto.repo.putRecord', { repo: did, collection, rkey, record }))
  return {
    did,
    handle: () => handle,
    post: (record) => create(posts, asPost(record)),
    async postTogether(records) {
      const writes = records.map((record) => ({ $type: 'com.atproto.repo.applyWrites#create', collection: posts, value: asPost(record) }))
      const { results } = await own('com.atproto.repo.applyWrites', { repo: did, writes })
      return Array.isArray(results) ? results.filter(isObject).map(asWritten) : []
    },
    edit: (rkey, record) => put(posts, rkey, asPost(record)),
    remove: async (rkey) => void (await own('com.atproto.repo.deleteRecord', { repo: did, collection: posts, rkey })),
    write: (collection, record) => create(collection, { $type: collection, ...record }),
    describe: async (profile) => void (await put(profiles, 'self', { $type: profiles, ...profile })),
    upload: async (image) => (await own('com.atproto.repo.uploadBlob', image))['blob'],
    async rename(name) {
      handle = `${name}.test`
      await own('com.atproto.identity.updateHandle', { handle })
    },
    deactivate: async () => void (await own('com.atproto.server.deactivateAccount', {})),
    activate: async () => void (await own('com.atproto.server.activateAccount', null)),
    async takeDown(applied) {
      const subject = { $type: 'com.atproto.admin.defs#repoRef', did }
      await byAdmin('com.atproto.admin.updateSubjectStatus', { subject, takedown: { applied, ...(applied ? { ref: 'test' } : {}) } })
    },
    erase: async () => void (await byAdmin('com.atproto.admin.deleteAccount', { did })),
  }
}
