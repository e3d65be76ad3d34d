// Owns the names of channels: which ones a message belongs to, and how a name that a client asks for is read. Does not know
// who listens. The names are the original's, for every network and, under `any`, across networks.
import type { Message } from '../message/schema.ts'
import { messageLanguage } from '../message/text/terms.ts'
import { words } from '../message/text/tokens.ts'

export const families = ['user', 'mention', 'hashtag', 'country', 'language', 'text'] as const
export type Family = (typeof families)[number]

/** Characters that mean something in a topic of MQTT, and the sign that writes them. */
const special = /[%+#/\p{Cc}]/gu
const maxName = 256

const escape = (character: string): string => `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`

/** A name as it stands in a channel: lower case (a country code upper), at most 256 characters, `% + # /` as `%25 %2B %23 %2F`. */
export function channelName(family: Family, name: string): string {
  const cased = family === 'country' ? name.toUpperCase() : name.normalize('NFC').toLowerCase()
  return cased.slice(0, maxName).toWellFormed().replace(special, escape)
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

/** A channel that a client asked for: its canonical name, the family it is of, and how to compare it where it has wildcards. */
export interface Channel {
  readonly name: string
  readonly family: Family | undefined
  /** Present where the name has the wildcards of MQTT, `+` for one level and `#` for the rest. */
  readonly pattern?: RegExp
}

const isFamily = (name: string | undefined): name is Family => families.some((family) => family === name)
const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** Reads the name of a channel; undefined where no message can ever be in it. */
export function readChannel(asked: string): Channel | undefined {
  const parts = asked.trim().split('/')
  const [network = '', family, ...rest] = parts
  const levels = [network, family ?? '#']
  if (asked.length > 2 * maxName || parts.includes('') || parts.slice(0, -1).includes('#') || levels.some((part) => part.length > 1 && /[+#]/.test(part))) return undefined
  if (family === undefined || family === '#') return channel([network.toLowerCase(), ...(family === undefined ? [] : [family])], undefined)
  if (family === '+' || isFamily(family.toLowerCase())) {
    if (rest.length !== 1) return undefined
    const [name = ''] = rest
    const known = family.toLowerCase()
    const of = isFamily(known) ? known : undefined
    return channel([network.toLowerCase(), known, /^[+#]$/.test(name) ? name : spelled(of ?? 'user', name)], of)
  }
  return undefined
}

/** A name may come escaped, as channels show it, or plain. */
function spelled(family: Family, name: string): string {
  try {
    return channelName(family, decodeURIComponent(name))
  } catch {
    return channelName(family, name)
  }
}

function channel(parts: readonly string[], family: Family | undefined): Channel {
  const name = parts.join('/')
  if (!parts.some((part) => part === '+' || part === '#')) return { name, family }
  const levels = parts.map((part) => (part === '+' ? '[^/]+' : part === '#' ? '.*' : literal(part)))
  // In MQTT `a/#` is also `a` itself.
  const source = levels.at(-1) === '.*' && levels.length > 1 ? `${levels.slice(0, -1).join('/')}(?:/.*)?` : levels.join('/')
  return { name, family, pattern: new RegExp(`^${source}$`, 'u') }
}
