// A fake of the one AppView method that loklak asks, app.bsky.actor.getProfiles, answering from the accounts of a real
// PDS. It is no AppView: that needs databases of its own. What is real about it is who has which handle and profile.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { isObject, type JsonObject } from '../../src/support/json.ts'
import { text, xrpc, XrpcError } from './xrpc.ts'

export interface AppView {
  readonly url: string
  readonly port: number
  /** The accounts that each request asked for. */
  readonly asked: readonly (readonly string[])[]
  stop(): Promise<void>
}

const most = 25

/** Self-labels as a view shows them. */
function labelsOf(did: string, record: JsonObject): JsonObject[] {
  const values = isObject(record['labels']) ? record['labels']['values'] : undefined
  if (!Array.isArray(values)) return []
  return values.filter(isObject).map(({ val }) => ({ src: did, uri: `at://${did}/app.bsky.actor.profile/self`, val, cts: '2026-01-01T00:00:00.000Z' }))
}

/** The profile record of an account; {} where it never wrote one. */
async function profileOf(pds: string, did: string): Promise<JsonObject> {
  const query = { repo: did, collection: 'app.bsky.actor.profile', rkey: 'self' }
  try {
    const { value } = await xrpc(pds, { method: 'com.atproto.repo.getRecord', query })
    return isObject(value) ? value : {}
  } catch (error) {
    if (error instanceof XrpcError && error.code === 'RecordNotFound') return {}
    throw error
  }
}

/** An account as a detailed view; undefined where the PDS shows none (unknown, deactivated, taken down). */
async function viewOf(pds: string, did: string): Promise<JsonObject | undefined> {
  try {
    const handle = text(await xrpc(pds, { method: 'com.atproto.repo.describeRepo', query: { repo: did } }), 'handle')
    const profile = await profileOf(pds, did)
    const { displayName, description } = profile
    return { did, handle, displayName, description, labels: labelsOf(did, profile), followersCount: 0, followsCount: 0, postsCount: 0 }
  } catch (error) {
    if (error instanceof XrpcError) return undefined
    throw error
  }
}

/** Starts it on 127.0.0.1 over the PDS at `pds`; without a port on any. */
export async function startAppView(pds: string, port = 0): Promise<AppView> {
  const asked: string[][] = []
  const answer = async (actors: string[]): Promise<{ readonly status: number; readonly body: JsonObject }> => {
    asked.push(actors)
    if (actors.length === 0 || actors.length > most) return { status: 400, body: { error: 'InvalidRequest', message: `actors must have 1 to ${most} elements` } }
    const views = await Promise.all(actors.map((did) => viewOf(pds, did)))
    return { status: 200, body: { profiles: views.filter((view) => view !== undefined) } }
  }
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (pathname !== '/xrpc/app.bsky.actor.getProfiles') {
      response.writeHead(404).end()
      return
    }
    void answer(searchParams.getAll('actors')).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    asked,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
