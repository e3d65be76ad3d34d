// Owns how lists of texts become one: what was given comes first and keeps its order.

/** Each text once, where it first stood. */
export const distinct = (texts: readonly string[]): string[] => (texts.length < 2 ? [...texts] : [...new Set(texts)])

/** The given texts exactly as they are (others point into them by position), then the found ones that are not among them. */
export function together(given: readonly string[] | undefined, found: readonly string[]): string[] {
  if (given === undefined || given.length === 0) return distinct(found)
  const there = new Set(given)
  return [...given, ...distinct(found).filter((text) => !there.has(text))]
}

/** Names and tags once whatever their case, in the spelling that came first. */
export function distinctNames(given: readonly string[] | undefined, found: readonly { readonly value: string }[]): string[] {
  if (found.length === 0 && (given === undefined || given.length < 2)) return given === undefined ? [] : [...given]
  const spellings = new Map<string, string>()
  const add = (name: string) => {
    const folded = name.toLowerCase()
    if (!spellings.has(folded)) spellings.set(folded, name)
  }
  given?.forEach(add)
  for (const { value } of found) add(value)
  return [...spellings.values()]
}
