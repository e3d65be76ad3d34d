// Owns looking at parsed JSON that nobody has vouched for.

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a JSON text says; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Whether a JSON value has at most `weight` characters and members in all and at most `depth` levels. What is nested
 * deeper can be parsed but no longer written: JSON.stringify runs out of stack.
 */
export function isModest(value: unknown, weight: number, depth: number): boolean {
  let left = weight
  const within = (value: unknown, depth: number): boolean => {
    left -= typeof value === 'string' ? value.length + 1 : 1
    if (left < 0) return false
    if (typeof value !== 'object' || value === null) return true
    if (depth === 0) return false
    if (Array.isArray(value)) return value.every((item) => within(item, depth - 1))
    for (const [key, item] of Object.entries(value)) {
      left -= key.length
      if (!within(item, depth - 1)) return false
    }
    return true
  }
  return within(value, depth)
}
