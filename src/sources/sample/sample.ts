// Owns generated messages: plausible in many languages and scripts, plainly labelled as generated (network `sample`, handles
// `*.sample`, label `generated`), for trying loklak without a network and for benchmarks. Does not know files or the intake.
import type { Draft } from '../../intake/port.ts'
import { encodeEntry, type Entry } from '../../message/line.ts'
import { seeded } from './random.ts'
import { timesBefore } from './rhythm.ts'
import { createSampler } from './sampler.ts'

export interface Sample {
  /** Messages; their authors, edits and deletes come on top. */
  readonly count: number
  /** A whole number. The same sample always has the same bytes. */
  readonly seed: number
  /** When the last one arrives, in milliseconds since 1970. */
  readonly until: number
  /** Over how many days they spread; a whole number. */
  readonly days: number
}

/** What happens, in the order of a journal. */
export function* sampleEntries({ count, seed, until, days }: Sample): Generator<Entry> {
  const sampler = createSampler({ people: seed, talk: seed })
  for (const at of timesBefore(seeded(seed + 1), count, until, days)) yield* sampler.next(at)
}

/** The line of a dump without a position: importable here, and by the original. */
export const lineOf = (entry: Entry): string => `{${encodeEntry(entry)}`

export function* sampleLines(sample: Sample): Generator<string> {
  for (const entry of sampleEntries(sample)) yield lineOf(entry)
}

/** What a source would offer of an entry: without what the intake finds out by itself. */
export function draftOf(entry: Entry): Draft {
  switch (entry.op) {
    case 'A':
      return { kind: 'author', author: entry.author }
    case 'D':
      return { kind: 'delete', id_str: entry.id_str, ...(entry.created_at === undefined ? {} : { created_at: entry.created_at }) }
    default: {
      const { timestamp: _seen, hosts: _hosts, mentions: _mentions, hashtags: _hashtags, language_detected: _language, ...message } = entry.message
      return { kind: entry.op === 'I' ? 'message' : 'edit', message }
    }
  }
}

/** The same as drafts, as if they came from a network. */
export function* sampleDrafts(sample: Sample): Generator<Draft> {
  for (const entry of sampleEntries(sample)) yield draftOf(entry)
}
