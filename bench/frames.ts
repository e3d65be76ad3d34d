// Owns frames as Jetstream v1 sends them, with generated posts in many languages: about 800 bytes each, every id its own.
import { sampleEntries } from '../src/sources/sample/sample.ts'

const alphabet = '234567abcdefghijklmnopqrstuvwxyz'

function tid(microseconds: number, clock: number): string {
  let value = BigInt(microseconds) * 1024n + BigInt(clock % 1024)
  let text = ''
  for (let i = 0; i < 13; i++) {
    text = (alphabet[Number(value & 31n)] ?? '2') + text
    value >>= 5n
  }
  return text
}

const did = (name: string): string => `did:plc:${Buffer.from(name).toString('hex').replaceAll(/[0189]/g, 'x').slice(0, 24).padEnd(24, 'a')}`
const cid = 'bafyreicl7rzkxdrm4zz2ehbx52kuk3mvfow6p3gzfys72r5grvskxoswy4'

/** What a frame is made of; the time is put in when it is sent. */
export interface Post {
  readonly did: string
  readonly record: object
}

/** So many posts, always the same for a seed. */
export function posts(count: number, seed: number): Post[] {
  const made: Post[] = []
  for (const entry of sampleEntries({ count, seed, until: Date.UTC(2026, 10, 1), days: 7 })) {
    if (entry.op !== 'I') continue
    const { text, user, language_claimed: langs = [], reply_to_id: reply } = entry.message
    const author = did(user.screen_name)
    const parent = { cid, uri: `at://${author}/app.bsky.feed.post/3mmojbrjwbs26` }
    made.push({ did: author, record: { $type: 'app.bsky.feed.post', langs, text, ...(reply === undefined ? {} : { reply: { root: parent, parent } }) } })
  }
  return made
}

/** The frame of a post that happens at a time (microseconds since 1970). */
export const frame = ({ did: author, record }: Post, microseconds: number, number: number): string =>
  JSON.stringify({
    did: author,
    time_us: microseconds,
    kind: 'commit',
    commit: { rev: tid(microseconds, number), operation: 'create', collection: 'app.bsky.feed.post', rkey: tid(microseconds, number), record: { ...record, createdAt: new Date(microseconds / 1000).toISOString() }, cid },
  })

/** CPU-microseconds of JSON.parse for a frame. */
export function parseMicros(count: number): number {
  const made = posts(count, 7).map((post, i) => frame(post, 1_780_000_000_000_000 + i, i))
  for (const text of made) JSON.parse(text)
  const before = process.cpuUsage()
  for (const text of made) JSON.parse(text)
  const used = process.cpuUsage(before)
  return (used.user + used.system) / made.length
}
