// Owns what generated people write: sentences that look like their language and mean nothing.
import { compound, type Language } from './language.ts'
import { whole, zipf, type Random } from './random.ts'

/** Rare words that a language has, beside its common ones. */
const vocabulary = 200_000

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Half of all words are particles, a third is what texts are about, the others are rare. */
function word(random: Random, { particles, topics, syllables }: Language): string {
  const kind = random()
  if (kind < 0.5) return particles[zipf(random, particles.length)] ?? ''
  if (kind < 0.82) return topics[Math.floor(topics.length * random() ** 2)] ?? ''
  return compound(syllables, zipf(random, vocabulary))
}

/** From 3 to 32 words, 10 on average, with what ends a sentence. */
export function sentence(random: Random, language: Language): string {
  const { space, comma, stops, isCased } = language
  const length = 3 + Math.floor(random() * random() * 30)
  let text = word(random, language)
  for (let i = 1; i < length; i++) text += (random() < 0.06 ? comma : '') + space + word(random, language)
  return (isCased ? capital(text) : text) + (stops[whole(random, stops.length)] ?? '')
}

/** One to three sentences, now and then with a line between them. */
export function paragraph(random: Random, language: Language): string {
  let text = sentence(random, language)
  for (let more = random(); more < 0.35; more += 0.25) text += (random() < 0.2 ? '\n\n' : ' ') + sentence(random, language)
  return text
}

/** Tags that people of all languages use. */
const everywhere = ['Photography', 'NowPlaying', 'OpenData', 'Art', 'loklak', 'Science', 'Gaming', 'News', 'Travel', 'CatsOfSample', 'Music', 'FOSS', 'Weather', 'TBT']

/** A tag without #: of everybody, of the language, or of what the language speaks of on that day (days since 1970). */
export function tag(random: Random, { topics, isCased }: Language, day: number): string {
  if (random() < 0.12) return everywhere[zipf(random, everywhere.length)] ?? ''
  const many = topics.length * (topics.length + 1)
  const rank = (zipf(random, many) + (random() < 0.4 ? day * 17 : 0)) % many
  const first = topics[rank % topics.length] ?? ''
  const second = topics[Math.floor(rank / topics.length) - 1] ?? ''
  const joined = isCased ? capital(first) + capital(second) : first + second
  return random() < 0.2 ? joined.toLowerCase() : joined
}

const emojis = '😂 ❤️ 😭 🔥 ✨ 😊 🙏 👍 🥺 😍 🎉 🤔 💙 👀 😅 🌸 ☀️ 💪 🎶 📸 🐈 🌧️ ☕ 🌍 🚲 👩‍💻 👍🏽 🏳️‍🌈 🇺🇳 🫠'.split(' ')

/** One emoji, or the same up to three times. */
export const emoji = (random: Random): string => (emojis[zipf(random, emojis.length)] ?? '').repeat(1 + Math.floor(random() * random() * 4))
