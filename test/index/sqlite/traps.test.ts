import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Database, numberIn, numbersIn } from '../../../src/index/sqlite/files/database.ts'
import { partitionSchema } from '../../../src/index/sqlite/files/partition.ts'

const source = join(import.meta.dirname, '../../../src/index/sqlite')

/** A table of terms with one message at each of some rids. */
function termsAt(rids: readonly number[]): Database {
  const db = new Database(':memory:', { cache: 2 ** 20, readOnly: false })
  db.exec(partitionSchema)
  for (const rid of rids) db.run('INSERT INTO terms (rowid, text) VALUES (CAST(? AS INTEGER), ?)', rid, 'word')
  return db
}

describe('traps of SQLite that the index is built around', () => {
  it('FTS5 passes over a rowid that is bound as a number of JavaScript, and answers wrongly', () => {
    const db = termsAt([10, 20, 30])
    assert.equal(db.all('SELECT rowid FROM terms WHERE terms MATCH ? AND rowid = ?', 'word', 20).length, 3)
    assert.equal(db.all('SELECT rowid FROM terms WHERE terms MATCH ? AND rowid = CAST(? AS INTEGER)', 'word', 20).length, 1)
  })
  it('so every rowid of ours is cast', () => {
    const files = globSync('**/*.ts', { cwd: source })
    assert.ok(files.length > 20)
    for (const file of files) {
      const bare = /\browid\s*(?:=|<|>|<=|>=|BETWEEN)\s*\?/i.exec(readFileSync(join(source, file), 'utf8'))
      assert.equal(bare, null, `${file}: ${bare?.[0]}`)
    }
  })
  it('rids of 53 bits come back as they went in, one by one and as JSON', () => {
    const rids = [0, 2 ** 31, 2 ** 44 + 1, Number.MAX_SAFE_INTEGER]
    const db = termsAt(rids)
    assert.deepEqual(db.all('SELECT rowid FROM terms WHERE terms MATCH ? ORDER BY rowid', 'word').map((row) => numberIn(row, 0)), rids)
    assert.deepEqual(numbersIn(db.get('SELECT json_group_array(rowid) FROM terms WHERE terms MATCH ?', 'word'), 0), rids)
  })
  it('terms are taken apart at spaces only, and not folded further', () => {
    const db = termsAt([])
    const terms = ['#köln', '@a.b-c_d', 'k=xn--x.example', 'a=~27', '=', 'don', '東京', '🙂', 'r=nostr:h-1']
    db.run('INSERT INTO terms (rowid, text) VALUES (1, ?)', terms.join(' '))
    for (const term of terms) assert.equal(db.all('SELECT rowid FROM terms WHERE terms MATCH ?', `"${term}"`).length, 1, term)
    for (const term of ['köln', 'a', 'b', 'xn', '27', '京', 'h-1']) assert.equal(db.all('SELECT rowid FROM terms WHERE terms MATCH ?', `"${term}"`).length, 0, term)
  })
  it('what was removed is in no count of the vocabulary', () => {
    const db = termsAt([1, 2, 3])
    db.run('DELETE FROM terms WHERE rowid = CAST(? AS INTEGER)', 2)
    db.exec('CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, terms, row)')
    assert.deepEqual(db.all('SELECT term, doc FROM temp.vocabulary'), [['word', 2]])
  })
})
