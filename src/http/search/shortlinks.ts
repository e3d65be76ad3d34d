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
  const shorts = new Map(message.links.map((link, number) => [link, shortLink(stub, message.id_str, number)]))
  const unshorten: Record<string, string> = { ...message.unshorten }
  // One link may be how another begins: at each place the longest counts, also where it stays as it is.
  const longestFirst = [...shorts.keys()].filter((link) => link !== '').sort((a, b) => b.length - a.length)
  const text = message.text.replaceAll(new RegExp(longestFirst.map((link) => RegExp.escape(link)).join('|'), 'g'), (link) => {
    const short = shorts.get(link) ?? link
    if (link.length <= longerThan || short.length >= link.length) return link
    unshorten[short] = `${link.slice(0, short.length)}...`
    return short
  })
  // What marks places in the text would mark others now.
  const { facets: _, ...rest } = message
  return text === message.text ? message : { ...rest, text, unshorten }
}

/** The message and the link in it that a short link names: `<id>` or `<id>*<number>`; undefined where it names none. */
export function readShortLink(text: string): { readonly id: string; readonly number: number } | undefined {
  const [, id, number = '0'] = /^([A-Za-z0-9._:~-]{1,256})(?:\*(\d{1,4}))?$/.exec(text) ?? []
  return id === undefined ? undefined : { id, number: Number(number) }
}
