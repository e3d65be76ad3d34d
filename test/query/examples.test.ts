// The tables of docs/query.md are the specification of the language; each row is run.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { locationSources, type Message } from '../../src/message/schema.ts'
import { BadQuery } from '../../src/query/bad-query.ts'
import { match } from '../../src/query/match.ts'
import { parseQuery } from '../../src/query/query.ts'
import { message } from './messages.ts'

const clock = { now: Date.parse('2026-06-15T12:00:00Z'), timezoneOffset: -120 }
const page = readFileSync(join(import.meta.dirname, '../../docs/query.md'), 'utf8')

/** The rows of the table that begins with these column names, as cells without their backticks. */
function table(...columns: readonly string[]): string[][] {
  const head = `| ${columns.join(' | ')} |\n`
  const start = page.indexOf(head)
  assert.ok(start >= 0, `docs/query.md has no table ${head}`)
  const lines = page.slice(start + head.length).split('\n')
  const rows = lines.slice(1, lines.findIndex((line, at) => at > 0 && !line.startsWith('|')))
  return rows.map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim().replace(/^`(.*)`$/u, '$1')))
}

const list = (value: string | undefined): string[] => value?.split(',') ?? []
const point = (value: string | undefined): { location_point?: [number, number] } => {
  const [lon, lat] = list(value).map(Number)
  return lon === undefined || lat === undefined ? {} : { location_point: [lon, lat] }
}

function exampleMessage([id_str = '', screen_name = '', network = '', at = '', text = '', more = '']: readonly string[]): Message {
  const fields = new Map(more.split('; ').filter((field) => field !== '').map((field): [string, string] => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]))
  const optional = <K extends keyof Message>(key: K, name: string): Partial<Record<K, string>> => {
    const value = fields.get(name)
    const pair: Partial<Record<K, string>> = {}
    if (value !== undefined) pair[key] = value
    return pair
  }
  const context = fields.get('context')
  const origin = locationSources.find((source) => source === fields.get('origin'))
  return message({
    id_str,
    screen_name,
    network,
    text,
    created_at: new Date(at).toISOString(),
    hashtags: list(fields.get('tags')),
    mentions: list(fields.get('mentions')),
    links: list(fields.get('links')),
    hosts: list(fields.get('hosts')),
    images: list(fields.get('images')),
    videos: list(fields.get('videos')),
    ...(fields.has('mention_ids') ? { mention_ids: list(fields.get('mention_ids')) } : {}),
    ...(fields.has('claimed') ? { language_claimed: list(fields.get('claimed')) } : {}),
    ...optional('language_detected', 'lang'),
    ...optional('place_name', 'place'),
    ...optional('reply_to_id', 'reply'),
    ...optional('conversation_id', 'conversation'),
    ...(context === 'FROM' || context === 'ABOUT' ? { place_context: context } : {}),
    ...(origin === undefined ? {} : { location_source: origin }),
    ...point(fields.get('point')),
  })
}

const messages = table('message', 'by', 'on', 'at', 'text', 'fields').map(exampleMessage)

describe('docs/query.md: examples', () => {
  for (const [query = '', understood, finds = ''] of table('query', 'understood as', 'finds')) {
    test(query, () => {
      const parsed = parseQuery(query, clock)
      assert.equal(parsed.text, understood)
      assert.deepEqual(parsed.warnings, [])
      const found = messages.filter((message) => match(parsed.query, message)).map((message) => message.id_str)
      assert.deepEqual(found, finds.split(' ').filter((id) => id !== ''))
    })
  }
})

describe('docs/query.md: searched as text, with a warning', () => {
  for (const [query = '', understood, warning = ''] of table('query', 'understood as', 'warning')) {
    test(query, () => {
      const parsed = parseQuery(query, clock)
      assert.equal(parsed.text, understood)
      assert.ok(parsed.warnings.some(({ message }) => message.includes(warning)), JSON.stringify(parsed.warnings))
    })
  }
})

describe('docs/query.md: not answered', () => {
  for (const [query = '', column, code, suggestion] of table('query', 'column', 'code', 'try')) {
    test(query, () => {
      assert.throws(
        () => parseQuery(query, clock),
        (error) => {
          assert.ok(error instanceof BadQuery)
          assert.deepEqual({ column: error.column, code: error.code, suggestion: error.suggestion, status: error.status }, { column: Number(column), code, suggestion, status: 400 })
          assert.ok(error.expected.length > 0 && error.detail.includes(error.expected))
          return true
        },
      )
    })
  }
})
