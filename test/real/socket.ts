// Owns a reader of the stream over a WebSocket: one subscription on a connection, and what it is told as a reader of
// server-sent events has it.
import { on } from 'node:events'
import { WebSocket } from 'ws'
import { parseJson } from '../../src/support/json.ts'
import type { Address, Block, Bookmark } from './event-source.ts'
import { textAt } from './listener.ts'

/**
 * What one connection tells of everything, going on after the bookmark and moving it. Leaving the loop cuts the connection: what
 * came and was not taken is lost. Ends where the server ends it.
 */
export async function* readSocket({ url, ca }: Address, bookmark: Bookmark): AsyncGenerator<Block> {
  const ws = new WebSocket(url, { perMessageDeflate: false, ...(ca === undefined ? {} : { ca }) })
  // Before it is open, so that nothing passes unheard.
  const messages = on(ws, 'message', { close: ['close'] })
  ws.once('open', () => ws.send(JSON.stringify({ subscribe: { channel: 'all', after: bookmark.id === '' ? '0' : bookmark.id } })))
  try {
    for await (const [message] of messages) {
      const frame = parseJson(String(message))
      const event = textAt(frame, 'event')
      if (event === 'error') throw new Error(`${url}: ${String(message)}`)
      bookmark.id = textAt(frame, 'id')
      const data = typeof frame === 'object' && frame !== null && 'data' in frame ? frame.data : undefined
      yield { id: bookmark.id, event, ...(event === 'info' ? {} : { data: JSON.stringify(data) }) }
    }
  } finally {
    ws.on('error', () => undefined)
    ws.terminate()
  }
}
