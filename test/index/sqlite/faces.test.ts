// What an answer shows of a message, put together of stored bytes, is what `present` makes of it as its author is known now.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { enrich } from '../../../src/enrich/enrich.ts'
import { readShown } from '../../../src/index/shown.ts'
import { readRow, type Stored } from '../../../src/index/sqlite/files/layout.ts'
import { Unreadable } from '../../../src/index/sqlite/files/stored.ts'
import { Faces, unpackMessages, writtenBy } from '../../../src/index/sqlite/read/faces.ts'
import { readLine } from '../../../src/index/sqlite/write/line.ts'
import { rowOf } from '../../../src/index/sqlite/write/row.ts'
import { encodeEntry, encodeLine } from '../../../src/message/line.ts'
import type { Author, Message } from '../../../src/message/schema.ts'
import { anyDraft, seen } from '../../enrich/drafts.ts'
import { asShown, message, shown } from '../made.ts'

/** What is read of the row of a line. */
function stored(line: string): Stored {
  const read = readLine(line)
  assert.ok(typeof read === 'object' && read.op === 'message')
  const { message: json, layout, sum } = rowOf(read.message, read.text)
  return readRow(json, layout, sum)
}
const lineOf = (message: Message): string => encodeLine(1, encodeEntry({ op: 'I', imported: false, message }))
const knowing = (...authors: readonly Author[]): Faces => new Faces({ authorsOf: () => new Map(authors.map((author) => [author.key, author])) })
const pack = (faces: Faces, ...lines: readonly string[]): Uint8Array[] => unpackMessages(faces.pack(lines.map(stored)))

const ann: Author = { key: 'k:ann', network: 'bluesky', handle: 'neu.ünï', name: 'Ann "A"', avatar: 'https://example.org/ann.png' }
const byAnn = (given: Partial<Message> & { readonly [key: string]: unknown } = {}): Message => message({ id_str: '1', screen_name: 'ann', user: { screen_name: 'ann', user_id: 'k:ann', name: 'A.' }, ...given })

describe('a shown message', () => {
  it('has what follows from it, and the name, handle and picture that its author has now', () => {
    const written = byAnn({ text: 'see #rain 🚀', hashtags: ['rain'] })
    const [known, unknown] = [knowing(ann), knowing()].map((faces) => shown(pack(faces, lineOf(written))))
    assert.deepEqual(unknown, asShown([written]))
    assert.deepEqual(known, asShown([{ ...written, screen_name: 'neu.ünï', user: { screen_name: 'neu.ünï', user_id: 'k:ann', name: 'Ann "A"', profile_image_url_https: 'https://example.org/ann.png' } }]))
  })

  it('keeps its own handle where the author has none', () => {
    const [one] = shown(pack(knowing({ key: 'k:ann', network: 'bluesky', handle: '', name: 'Ann' }), lineOf(byAnn())))
    assert.deepEqual([one?.screen_name, one?.user], ['ann', { screen_name: 'ann', user_id: 'k:ann', name: 'Ann' }])
  })

  it('is written as it is kept, so that most of it is only copied', () => {
    const draft = { id_str: 'x', network: 'bluesky', text: 'hello', user: { screen_name: 'ann' } }
    const { message } = enrich(draft, seen)
    assert.equal(Buffer.from(rowOf(message, JSON.stringify(message)).message).toString(), JSON.stringify(message))
  })

  const hostile: Record<string, Partial<Message> & { readonly [key: string]: unknown }> = {
    'the same user within it': { extra: { user: byAnn().user, screen_name: 'ann' }, facets: [{ user: byAnn().user, screen_name: 'ann' }] },
    'keys before all others': { 1: { screen_name: 'ann', user: byAnn().user }, created_at_claimed: '{"screen_name":"ann"' },
    'a key that ends like that of the handle': { created_at_claimed: undefined, 'x"screen_name': 'ann' },
    'what is derived': { text_length: 99, hosts_count: 'many', without_l_len: null },
    'a key that is none': JSON.parse('{"__proto__":{"screen_name":"ann"}}'),
  }
  for (const [what, given] of Object.entries(hostile)) {
    it(`is itself with ${what}`, () => {
      const written = byAnn(given)
      assert.deepEqual(shown(pack(knowing(ann), lineOf(written))), asShown([writtenBy(ann, written)]))
      assert.deepEqual(shown(pack(knowing(), lineOf(written))), asShown([written]))
    })
  }

  it('is what the model of it says, whatever was written and however the line spells it', () => {
    const anyAuthor = fc.record({ handle: fc.constantFrom(undefined, '', 'new.name', '中"文'), name: fc.constantFrom(undefined, '', 'N\n'), avatar: fc.constantFrom(undefined, 'http://a.org/x', 'https://a.org/y') })
    const spellings = [lineOf, (message: Message) => JSON.stringify({ $T: 1, $P: 'I', ...message }, null, 1), (message: Message) => JSON.stringify(Object.fromEntries(Object.entries({ $T: 1, $P: 'U', ...message }).reverse()))]
    fc.assert(fc.property(anyDraft, anyAuthor, fc.constantFrom(...spellings), (draft, { handle, name, avatar }, spell) => {
      const written = enrich(draft, seen).message
      const { user_id = 'nobody' } = written.user
      const author: Author = { key: user_id, network: 'bluesky', ...(handle === undefined ? {} : { handle }), ...(name === undefined ? {} : { name }), ...(avatar === undefined ? {} : { avatar }) }
      const [one] = pack(knowing(author), spell(written))
      assert.ok(one !== undefined)
      const { message: text } = rowOf(written, JSON.stringify(written))
      assert.deepEqual(JSON.parse(Buffer.from(text).toString()), JSON.parse(JSON.stringify(written)), 'nothing is lost in the row')
      assert.deepEqual([readShown(one)], asShown([written.user.user_id === undefined ? written : writtenBy(author, written)]))
    }))
  })
})

describe('faces', () => {
  it('are asked for once, together, until something may have become known', () => {
    const asked: string[][] = []
    const faces = new Faces({ authorsOf: (keys) => { asked.push([...keys]); return new Map([[ann.key, ann]]) } })
    const bob = message({ id_str: '2', screen_name: 'bob', user: { screen_name: 'bob', user_id: 'k:bob' } })
    for (let i = 0; i < 3; i++) pack(faces, lineOf(byAnn()), lineOf(bob), lineOf(byAnn({ id_str: '3' })))
    assert.deepEqual(asked, [['k:ann', 'k:bob']])
    faces.clear()
    pack(faces, lineOf(bob))
    assert.deepEqual(asked, [['k:ann', 'k:bob'], ['k:bob']])
  })

  it('are right where more are met than are kept', () => {
    const faces = knowing(ann)
    const many = Array.from({ length: 6000 }, (_, i) => message({ id_str: `${i}`, user: { screen_name: 'ann', user_id: `k:${i}` } }))
    const long = many.slice(0, 300).map((one, i) => ({ ...one, user: { ...one.user, name: `${i}${'n'.repeat(40_000)}` } }))
    for (const some of [many, long, many.map((one) => ({ ...one, user: { ...one.user, name: 'x' } })), [byAnn(), ...many]]) {
      assert.deepEqual(shown(pack(faces, ...some.map(lineOf))), asShown(some.map((one) => (one.user.user_id === ann.key ? writtenBy(ann, one) : one))))
    }
  })
})

it('a row that is no longer as it was written is unreadable', () => {
  const { message: bytes, layout, sum } = rowOf(byAnn(), JSON.stringify(byAnn()))
  const json = Buffer.from(bytes).toString()
  for (const [text, numbers] of [[json.replace('hello', 'hallo'), layout], [json, layout.replace(/^\d/, '9')], ['', ''], [json.slice(0, -1), layout]] as const) {
    assert.throws(() => readRow(Buffer.from(text), numbers, sum), Unreadable)
  }
})
