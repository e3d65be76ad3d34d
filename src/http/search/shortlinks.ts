// Owns short links: how over-long links of a message are replaced in its text, and what a short link means.
import type { Message } from '../../message/schema.ts'

export interface Shortening {
  readonly longerThan: number
  /** What short links begin with, without a slash at its end. */
  readonly stub: string
}

/** The short link to the link of a message with that number. */
const shortLink = (stub: string, id: string, number: number): string => `${stub}/x?id=${id}${number === 0 ? '' : `*${number}`}`

/** The message with over-long links in its text replaced; `unshorten` tells what they stand for. */
export function shortened(message: Message, { longerThan, stub }: Shortening): Message {
  if (message.links.every(({ length }) => length <= longerThan)) return message
  // What marks places in the text would mark others now.
  const { facets: _, ...rest } = message
  const unshorten: Record<string, string> = { ...message.unshorten }
  let { text } = message
  for (const [number, link] of message.links.entries()) {
    const short = shortLink(stub, message.id_str, number)
    if (link.length <= longerThan || short.length >= link.length || !text.includes(link)) continue
    text = text.replaceAll(link, () => short)
    unshorten[short] = `${link.slice(0, short.length)}...`
  }
  return text === message.text ? message : { ...rest, text, unshorten }
}

/** The message and the link in it that a short link names: `<id>` or `<id>*<number>`; undefined where it names none. */
export function readShortLink(text: string): { readonly id: string; readonly number: number } | undefined {
  const [, id, number = '0'] = /^([A-Za-z0-9._:~-]{1,256})(?:\*(\d{1,4}))?$/.exec(text) ?? []
  return id === undefined ? undefined : { id, number: Number(number) }
}
