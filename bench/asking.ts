// Owns questions to a server under measure: words that were written, searches made of them, how long the answers take.
import { words } from '../src/message/text/tokens.ts'
import { posts } from './frames.ts'
import { drain } from './server.ts'

const vocabulary = (): string[] => {
  const counts = new Map<string, number>()
  for (const { record } of posts(20_000, 3)) {
    for (const word of 'text' in record && typeof record.text === 'string' ? words(record.text) : []) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].filter(([word, count]) => count > 20 && word.length > 2).map(([word]) => word)
}

/** Words that are in at least one of a thousand messages. */
const common = vocabulary()

/** The n-th query of many, none of which comes twice: first words, then pairs of them. */
export function distinctQuery(n: number): string {
  const word = common[n % common.length] ?? 'rain'
  const round = Math.floor(n / common.length)
  return round === 0 ? word : `${word} OR ${common[(n + round * 7) % common.length] ?? 'news'}`
}

export const searchPath = (query: string, parameters: string): string => `/api/search.json?q=${encodeURIComponent(query)}&minified=true&${parameters}`

/** Milliseconds of each of so many questions, with some under way at a time. */
export async function ask(url: string, count: number, atOnce: number, path: (n: number) => string): Promise<number[]> {
  const times: number[] = []
  let next = 0
  const asker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const begun = performance.now()
      await drain(url + path(n))
      times.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, asker))
  return times
}
