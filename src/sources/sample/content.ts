// Owns what a generated message says: its text, and what enrichment would find in it. The two agree, so that a generated
// message is as complete as one that came through the intake.
import type { Message } from '../../message/schema.ts'
import { compound, type Language } from './language.ts'
import { english } from './languages/en.ts'
import type { Person } from './people.ts'
import { emoji, paragraph, sentence, tag } from './prose.ts'
import { whole, zipf, type Random } from './random.ts'

export type Content = Pick<
  Message,
  'text' | 'hosts' | 'links' | 'images' | 'image_alts' | 'audio' | 'videos' | 'mentions' | 'mention_ids' | 'hashtags' | 'language_claimed' | 'language_detected' | 'content_warning'
>

const sites = 'news blog daily photos science weather sports music radio journal museum library maps shop wiki forum'.split(' ')
/** Reserved for examples. Links must be under a real suffix to be found in texts; pictures are shown unasked, so they lead nowhere. */
const domains = ['example.org', 'example.com', 'example.net']
const pages = 50_000

/** The nth page of the web. The first ones are linked again and again. */
function page(n: number): { readonly host: string; readonly link: string; readonly isAudio: boolean } {
  const host = `${sites[n % sites.length]}.${domains[(n >> 2) % domains.length]}`
  const isAudio = n % 41 === 40
  const title = `${english.topics[n % english.topics.length]}-${compound(english.syllables, n)}`
  return { host, link: `https://${host}/${2020 + (n % 7)}/${title}${isAudio ? '.mp3' : ''}`, isAudio }
}

function hashtags(random: Random, language: Language, day: number): string[] {
  const tags: string[] = []
  const folded = new Set<string>()
  for (let left = random() < 0.2 ? 1 + Math.floor(random() * random() * 4) : 0; left > 0; left--) {
    const one = tag(random, language, day)
    if (folded.has(one.toLowerCase())) continue
    folded.add(one.toLowerCase())
    tags.push(one)
  }
  return tags
}

const picture = (random: Random): string => `https://pictures.example/${whole(random, 0xff_ff_ff_ff).toString(36)}.jpg`

const nothing: string[] = []

/** Something to say. `day` (days since 1970) decides what is talked about, `mentioned` is spoken to. */
export function contentOf(random: Random, language: Language, day: number, mentioned: Person | undefined): Content {
  let text = mentioned === undefined ? '' : `@${mentioned.handle} `
  text += paragraph(random, language)
  if (random() < 0.18) text += ` ${emoji(random)}`
  const tags = hashtags(random, language, day)
  for (const one of tags) text += ` #${one}`
  const linked = random() < 0.16 ? page(zipf(random, pages)) : undefined
  // The others are cards: a link beside the text.
  if (linked !== undefined && random() < 0.6) text += ` ${linked.link}`
  const images = random() < 0.18 ? Array.from({ length: 1 + Math.floor(random() * random() * 4) }, () => picture(random)) : nothing
  return {
    text,
    hosts: linked === undefined ? nothing : [linked.host],
    links: linked === undefined ? nothing : [linked.link],
    images,
    image_alts: images === nothing ? undefined : images.map(() => (random() < 0.6 ? sentence(random, language) : '')),
    audio: linked?.isAudio === true ? [linked.link] : nothing,
    videos: images === nothing && random() < 0.03 ? [`https://videos.example/${whole(random, 0xff_ff_ff_ff).toString(36)}.m3u8`] : nothing,
    mentions: mentioned === undefined ? nothing : [mentioned.handle],
    mention_ids: mentioned === undefined ? undefined : [mentioned.key],
    hashtags: tags,
    language_claimed: random() < 0.1 ? undefined : [language.code],
    language_detected: language.code,
    content_warning: random() < 0.004 ? sentence(random, language) : undefined,
  }
}
