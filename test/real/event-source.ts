// Owns a reader of server-sent events, by the standard, and one of any stream that can lose its connection at any event and go on.
import { once } from 'node:events'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

/** What stands between two empty lines. */
export interface Block {
  /** The last id that was told, in this block or before it. */
  readonly id: string
  readonly event: string
  /** Absent where it is no event. */
  readonly data?: string
}

export interface Address {
  readonly url: string
  /** PEM of the certificate to be believed. */
  readonly ca?: string
}

/** Where a reader stands between two connections. */
export interface Bookmark {
  id: string
}

async function connect({ url, ca }: Address, { id }: Bookmark, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = { accept: 'text/event-stream', ...(id === '' ? {} : { 'last-event-id': id }) }
  const options = { agent: false as const, headers, signal, ...(ca === undefined ? {} : { ca }) }
  const asked = (url.startsWith('https:') ? requestHttps : requestHttp)(url, options)
  asked.end()
  const [response]: IncomingMessage[] = await once(asked, 'response')
  if (response === undefined) throw new Error(`${url}: no answer`)
  if (response.statusCode !== 200 || !response.headers['content-type']?.startsWith('text/event-stream')) {
    throw new Error(`${url}: ${response.statusCode} ${String(await response.setEncoding('utf8').toArray()).slice(0, 500)}`)
  }
  return response.setEncoding('utf8')
}

function readBlock(text: string, bookmark: Bookmark): Block {
  let event = 'message'
  const data: string[] = []
  for (const line of text.split('\n')) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'id') bookmark.id = value
    else if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }
  return { id: bookmark.id, event, ...(data.length === 0 ? {} : { data: data.join('\n') }) }
}

/**
 * What one connection tells, going on after the bookmark and moving it. Leaving the loop cuts the connection: what came and
 * was not taken is lost. Ends where the server ends it.
 */
export async function* readBlocks(address: Address, bookmark: Bookmark): AsyncGenerator<Block> {
  const stop = new AbortController()
  const response = await connect(address, bookmark, stop.signal)
  let rest = ''
  try {
    for await (const chunk of response) {
      const texts = (rest + String(chunk)).split('\n\n')
      rest = texts.pop() ?? ''
      for (const text of texts) yield readBlock(text, bookmark)
    }
  } finally {
    response.on('error', () => undefined)
    stop.abort()
    response.destroy()
  }
}

const isBroken = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET')

/** The events of a stream, by whatever connections it takes: where one breaks or is refused, the next is tried at once. */
export async function* readAll(address: Address): AsyncGenerator<Required<Block>, void> {
  const bookmark = { id: '' }
  for (;;) {
    try {
      for await (const { data, ...block } of readBlocks(address, bookmark)) if (data !== undefined) yield { ...block, data }
    } catch (error) {
      if (!isBroken(error)) throw error
    }
    await sleep(5)
  }
}

/** The next so many. */
export async function take<T>(events: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  for await (const event of events) if (taken.push(event) === count) break
  return taken
}

export interface Dropping {
  readonly total: number
  readonly drops: number
  /** From 0 to below 1. */
  readonly random: () => number
}

/**
 * Reads `total` events by connections that begin at a bookmark, and loses the connection after `drops` of them, by chance, and now and then before it was told anything.
 */
export async function readDropping(connection: (bookmark: Bookmark) => AsyncIterable<Block>, { total, drops, random }: Dropping): Promise<Required<Block>[]> {
  const breaks = new Set<number>()
  while (breaks.size < drops) breaks.add(1 + Math.floor(random() * (total - 1)))
  const bookmark = { id: '' }
  const events: Required<Block>[] = []
  while (events.length < total) {
    for await (const { data, ...block } of connection(bookmark)) {
      if (data !== undefined) events.push({ ...block, data })
      if (data === undefined ? random() < 0.1 : events.length === total || breaks.has(events.length)) break
    }
  }
  return events
}
