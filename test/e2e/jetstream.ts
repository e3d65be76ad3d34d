// Owns a stand-in for a Jetstream server, in the process of the test: what was published is sent again from a cursor on, the
// rest as it comes.
import { once } from 'node:events'
import { zstdCompressSync } from 'node:zlib'
import type { TestContext } from 'node:test'
import { WebSocketServer, type WebSocket } from 'ws'

export interface Jetstream {
  readonly url: string
  /** What connections asked for, the oldest first. */
  readonly asked: readonly URLSearchParams[]
  /** Publishes frames of this time, microseconds since 1970. */
  publish(time: number, ...frames: readonly string[]): void
  close(): Promise<void>
}

interface Published {
  readonly time: number
  readonly frame: string
}

/** `dictionary` is that of zstd with which it packs frames for those who ask for it. */
export async function startJetstream(t: TestContext, { dictionary }: { readonly dictionary?: Buffer } = {}): Promise<Jetstream> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
  const published: Published[] = []
  const asked: URLSearchParams[] = []
  const listening = new Map<WebSocket, (frame: string) => void>()
  server.on('connection', (socket, request) => {
    const wanted = new URL(request.url ?? '', 'ws://127.0.0.1').searchParams
    asked.push(wanted)
    const packs = dictionary !== undefined && wanted.get('compress') === 'true'
    const send = (frame: string): void => socket.send(packs ? zstdCompressSync(frame, { dictionary }) : frame)
    const cursor = wanted.get('cursor')
    if (cursor !== null) for (const { time, frame } of published) if (time > Number(cursor)) send(frame)
    listening.set(socket, send)
    socket.on('close', () => listening.delete(socket))
    socket.on('error', () => listening.delete(socket))
  })
  async function close(): Promise<void> {
    for (const socket of server.clients) socket.terminate()
    server.close()
    if (server.address() !== null) await once(server, 'close')
  }
  t.after(close)
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the stand-in has no port')
  return {
    url: `ws://127.0.0.1:${address.port}/subscribe`,
    asked,
    publish(time, ...frames) {
      for (const frame of frames) {
        published.push({ time, frame })
        for (const send of listening.values()) send(frame)
      }
    },
    close,
  }
}

const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'

/** The id that the post with this key has in loklak. */
export const idOf = (key: string): string => `bluesky:${did}:${key}`

/** A v1 frame that creates a post. */
export function postFrame(time: number, key: string, text: string): string {
  const record = { $type: 'app.bsky.feed.post', createdAt: new Date(time / 1000).toISOString(), langs: ['en'], text }
  return JSON.stringify({ did, time_us: time, kind: 'commit', commit: { rev: key, operation: 'create', collection: 'app.bsky.feed.post', rkey: key, record, cid: 'bafyreiapzyf65cmq55jklpnrihiygze2jmmdqvvkwqeiomd72pbp2iazuu' } })
}

/** A v1 frame that says whether the author of the posts is there; not being there is a suspension, of which one can come back. */
export function accountFrame(time: number, active: boolean): string {
  return JSON.stringify({ did, time_us: time, kind: 'account', account: { did, active, ...(active ? {} : { status: 'suspended' }), seq: 1, time: new Date(time / 1000).toISOString() } })
}

/** Publishes numbered posts about rain, going on from those before. */
export function publisher(jetstream: Jetstream): { publish(count: number): void; readonly ids: readonly string[] } {
  const ids: string[] = []
  return {
    ids,
    publish(count) {
      for (let n = 0; n < count; n++) {
        const key = `post-${ids.length}`
        const time = Date.now() * 1000 + ids.length
        ids.push(idOf(key))
        jetstream.publish(time, postFrame(time, key, `This is post number ${ids.length} about rain.`))
      }
    },
  }
}
