// The process that makes an archive: generated messages, as the intake would have decided them, into the dumps of a data folder.
// node bench/archiver.ts FOLDER COUNT DAYS; says `written` with the number of lines at the end.
import { openDataFolder } from '../src/journal/data-folder.ts'
import { openJournal } from '../src/journal/journal.ts'
import type { Entry } from '../src/message/line.ts'
import { sampleEntries } from '../src/sources/sample/sample.ts'

const [path = '', ...numbers] = process.argv.slice(2)
const [count = 0, days = 30] = numbers.map(Number)
const held = openDataFolder(path)
const nothing = (): void => undefined
const journal = await openJournal({ folder: held.folder.own, state: held.folder.state, segmentBytes: 2 ** 30, syncInterval: 0, floor: () => 0, onDamage: nothing, onBlocked: nothing, onRecovered: nothing })

let lines = 0
let some: Entry[] = []
async function append(): Promise<void> {
  await journal.append(some)
  lines += some.length
  some = []
}
for (const entry of sampleEntries({ count, seed: 1, until: Date.now(), days })) {
  some.push(entry)
  if (some.length === 2_000) await append()
}
await append()
await journal.close()
held.close()
process.stdout.write(`written ${lines}\n`)
