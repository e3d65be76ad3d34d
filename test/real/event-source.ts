// Owns a reader of server-sent events, by the standard, that can lose its connection at any event and go on.
import { once } from 'node:events'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'

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

/** What is told, by whatever connections it takes. */
export async function* readAll(address: Address): AsyncGenerator<Block & { readonly data: string }> {
  const bookmark = { id: '' }
  for (;;) for await (const { data, ...block } of readBlocks(address, bookmark)) if (data !== undefined) yield { ...block, data }
}

export interface Dropping {
  readonly total: number
  readonly drops: number
  /** From 0 to below 1. */
  readonly random: () => number
}

/**
 * Reads `total` events, and loses the connection after `drops` of them, by chance, and now and then before it was told anything.
 */
export async function readDropping(address: Address, { total, drops, random }: Dropping): Promise<Required<Block>[]> {
  const breaks = new Set<number>()
  while (breaks.size < drops) breaks.add(1 + Math.floor(random() * (total - 1)))
  const bookmark = { id: '' }
  const events: Required<Block>[] = []
  while (events.length < total) {
    for await (const { data, ...block } of readBlocks(address, bookmark)) {
      if (data !== undefined) events.push({ ...block, data })
      if (data === undefined ? random() < 0.1 : events.length === total || breaks.has(events.length)) break
    }
  }
  return events
}
