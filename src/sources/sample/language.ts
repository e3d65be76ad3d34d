// Owns what a language is to the generator: how often and when it is written, its words, names and places.

export interface Place {
  readonly name: string
  readonly country: string
  readonly code: string
  readonly lon: number
  readonly lat: number
}

export interface Language {
  /** ISO 639-1. */
  readonly code: string
  /** Of all messages; the shares of all languages make 1. */
  readonly share: number
  /** The hour (UTC) at which most is written in it. */
  readonly peak: number
  /** What every text is full of, roughly the commonest first. */
  readonly particles: readonly string[]
  /** What texts are about; hashtags are made of these. */
  readonly topics: readonly string[]
  /** What its rarer words are made of: names, typing errors, jargon. */
  readonly syllables: readonly string[]
  /** What stands between two words. */
  readonly space: ' ' | ''
  readonly comma: string
  readonly stops: readonly [string, ...string[]]
  readonly isCased: boolean
  readonly given: readonly string[]
  readonly family: readonly string[]
  readonly isFamilyFirst: boolean
  readonly places: readonly [Place, ...Place[]]
}

export const words = (text: string): readonly string[] => text.trim().split(/\s+/)

export const place = (name: string, country: string, code: string, lon: number, lat: number): Place => ({ name, country, code, lon, lat })

/** A word for every number: its digits as syllables, at least two. */
export function compound(syllables: readonly string[], number: number): string {
  let word = ''
  for (let rest = number + syllables.length; rest > 0; rest = Math.floor(rest / syllables.length)) word += syllables[rest % syllables.length] ?? ''
  return word
}

/** The name that the nth author of a language shows. */
export function nameOf({ given, family, isFamilyFirst }: Language, n: number): string {
  const first = given[n % given.length] ?? ''
  const last = family[Math.floor(n / given.length) % family.length] ?? ''
  return isFamilyFirst ? `${last}${first}` : `${first} ${last}`
}
