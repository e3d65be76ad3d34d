// Owns the detection of a text's language. The only file that loads the detector: its tables take about 90 MB.
import { eld } from 'eld/extrasmall'
import type { Entities } from './entities.ts'
import { interleave } from './spans.ts'

/** A word and more behind it, or letters of a script that few languages share. Less misleads: `Danke!` is taken for Dutch. */
const telling = /\p{L}{2}[^]{6}|[\p{L}--\p{Script=Latin}]{2}/v

/** More letters cost time and do not make it surer (measured on real posts). */
const enough = 160

/** The text without links, names and tags, which say nothing about its language. */
function prose(text: string, { links, mentions, hashtags }: Entities): string {
  const spans = interleave(interleave(links, mentions), hashtags)
  if (spans.length === 0) return text
  let rest = ''
  let at = 0
  for (const { start, end } of spans) {
    rest += `${text.slice(at, start)} `
    at = Math.max(at, end)
  }
  return rest + text.slice(at)
}

/** ISO 639-1; undefined where the detection is not reliable. */
export function languageOf(text: string, entities: Entities): string | undefined {
  const words = prose(text, entities)
  if (!telling.test(words)) return undefined
  const detected = eld.detect(words.slice(0, enough))
  return detected.language !== '' && detected.isReliable() ? detected.language : undefined
}
