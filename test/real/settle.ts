// Owns the moment at which everything that happened must be in the dumps, and the comparison then.
import assert from 'node:assert/strict'
import type { JsonObject } from '../../src/support/json.ts'
import type { Account, Written } from './account.ts'
import { textAt } from './listener.ts'
import type { Loklak } from './loklak.ts'
import { booksOf, type Books } from './oracle.ts'
import { until } from './until.ts'

/** The first record of an operation on a post in a collector's dumps. */
export const find = (collector: Loklak, operation: string, { rkey }: Written): JsonObject | undefined =>
  collector.records().find((record) => record['$P'] === operation && textAt(record, 'id_str').endsWith(`:${rkey}`))

/** Waits until a collector has a post. */
export const has = (collector: Loklak, written: Written): Promise<JsonObject> =>
  until(`${collector.name} has ${written.uri}`, () => find(collector, 'I', written), {
    within: 60_000,
    describe: () => `${collector.records().length} records\n${collector.output()}`,
  })

/** Writes a last post, waits until every collector has it, and so all that happened before, and compares their books. */
export async function settle(books: Books, author: Account, collectors: readonly Loklak[]): Promise<void> {
  const last = await author.post({ text: 'and that was that' })
  for (const collector of collectors) {
    await has(collector, last)
    const { posts, authors } = booksOf(collector.records())
    assert.deepEqual(posts, books.posts, `${collector.name}: posts`)
    assert.deepEqual(authors, books.authors, `${collector.name}: authors`)
  }
}
