// Owns the names of channels: which ones a message belongs to, and how a name that a client asks for is read. Does not know
// who listens. The names are the original's, for every network and, under `any`, across networks.
import type { Message } from '../message/schema.ts'
import { fold } from '../message/text/fold.ts'
import { messageLanguage } from '../message/text/terms.ts'
import { words } from '../message/text/tokens.ts'

export const families = ['user', 'mention', 'hashtag', 'country', 'language', 'text'] as const
export type Family = (typeof families)[number]

/** Characters that mean something in a topic of MQTT or may not be in one, and the sign that writes them. */
const special = /[%+#/\p{Cc}\p{Noncharacter_Code_Point}]/gu
const maxName = 256

/** A name as it stands in a channel: lower case (a country code upper), at most 256 characters, `% + # /` as `%25 %2B %23 %2F`. */
export function channelName(family: Family, name: string): string {
  const cased = family === 'country' ? name.toUpperCase() : name.normalize('NFC').toLowerCase()
  return cased.slice(0, maxName).toWellFormed().replace(special, encodeURIComponent)
}

/** The names of one family in a message, without repeats. */
function names(family: Family, message: Message): readonly string[] {
  switch (family) {
    case 'user':
      return message.user.user_id === undefined || message.user.user_id === message.screen_name ? [message.screen_name] : [message.user.user_id, message.screen_name]
    case 'mention':
      return [...message.mentions, ...(message.mention_ids ?? [])]
    case 'hashtag':
      return message.hashtags
    case 'country':
      return message.place_country_code === undefined ? [] : [message.place_country_code]
    case 'language': {
      const language = messageLanguage(message)
      return language === undefined ? [] : [language]
    }
    default:
      return words(message.text)
  }
}

/**
 * The channels of a message, each once: `all`, its network, and for each family asked for `<network>/<family>/<name>` and
 * `any/<family>/<name>`.
 */
export function channelsOf(message: Message, wanted: readonly Family[]): string[] {
  const channels = new Set(['all', message.network])
  for (const family of wanted) {
    for (const name of names(family, message)) {
      if (name === '') continue
      const end = `${family}/${channelName(family, name)}`
      channels.add(`${message.network}/${end}`)
      channels.add(`any/${end}`)
    }
  }
  return [...channels]
}

/** Which levels of a channel are open, that is `+`, as bits; 0 where all are written out. */
export const openLevels = (channel: string): number => channel.split('/').reduce((bits, level, at) => (level === '+' ? bits | (1 << at) : bits), 0)

/** A channel with these of its levels open: a pattern that it fits. */
export const opened = (channel: string, levels: number): string => channel.split('/').map((level, at) => ((levels >> at) & 1 ? '+' : level)).join('/')

const isNetwork = (name: string): boolean => /^[a-z0-9_]{1,32}$/.test(name)
const isFamily = (name: string): name is Family => families.some((family) => family === name)

/**
 * Reads the name of a channel as a client wrote it; undefined where no message can ever be in it. The answer is `all`, a
 * network, or three levels of which some may be `+`: `#` is all that follows, so a network with it is just the network.
 */
export function readChannel(asked: string): string | undefined {
  const [first = '', second, third, ...more] = asked.trim().split('/')
  const network = first.toLowerCase()
  if (asked.length > 2 * maxName || more.length > 0) return undefined
  if (second === undefined || (second === '#' && third === undefined)) return everythingOf(network, second === '#')
  if (third === undefined || third === '' || network === 'all' || (network !== '+' && !isNetwork(network))) return undefined
  const family = second.toLowerCase()
  if (family !== '+' && !isFamily(family)) return undefined
  const name = third === '+' || third === '#' ? '+' : spelled(family === '+' ? 'user' : family, third)
  return name === undefined ? undefined : `${network}/${family}/${name}`
}

function everythingOf(network: string, deep: boolean): string | undefined {
  if (network === 'all' || network === '+' || (network === '#' && !deep)) return 'all'
  if (network === 'any') return deep ? 'any/+/+' : undefined
  return isNetwork(network) ? network : undefined
}

/** A name may come escaped, as channels show it, or plain. Words are folded in messages, so they are here. */
function spelled(family: Family, name: string): string | undefined {
  const plain = unescaped(name)
  if (family !== 'text') return channelName(family, plain)
  const [word, ...others] = words(plain)
  // In scripts without spaces a pair of characters is a word, and so is its end.
  return word === undefined || (others.length > 0 && word !== fold(plain)) ? undefined : channelName(family, word)
}

function unescaped(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
