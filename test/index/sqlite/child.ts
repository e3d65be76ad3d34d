// A process that applies the story to an index and says after each portion how far it has come, until it is killed.
import { openSqliteIndex } from '../../../src/index/sqlite/index.ts'
import { story } from './story.ts'

const [, , folder = '', records = '0'] = process.argv
const lines = story(Number(records))
const index = await openSqliteIndex({ folder, last: () => lines.last(), replay: (after, upTo) => lines.replay(after, upTo), onDamage: () => undefined, onOtherVersion: () => undefined, onRepaired: () => undefined, rows: 60 })
const rest = lines.after(index.cursor())
for (let i = 0; i < rest.length; i += 40) {
  await index.apply(rest.slice(i, i + 40))
  process.stdout.write(`${index.cursor()}\n`)
}
await index.close()
