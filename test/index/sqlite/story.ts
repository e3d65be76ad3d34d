// Owns a long journal that is the same in every process: messages, edits, deletes and authors by number.
import type { Entry } from '../../../src/message/line.ts'
import { authorIs, edit, insert, Lines, remove, today } from '../made.ts'

const user = (n: number): { screen_name: string; user_id: string } => ({ screen_name: `user${n}`, user_id: `did:plc:${n}` })
const messageOf = (n: number, text: string): Parameters<typeof insert>[0] => ({
  id_str: `bluesky:m${n}`,
  // Some come late, by minutes or by months.
  created_at: new Date(today + n * 1000 - (n % 10 === 0 ? 90_000 : 0) - (n % 37 === 0 ? 100 * 86_400_000 : 0)).toISOString(),
  text, hashtags: [`tag${n % 5}`], user: user(n % 11), screen_name: `user${n % 11}`,
})

function entryOf(n: number): Entry {
  if (n % 50 === 49) return authorIs({ key: `did:plc:${n % 11}`, handle: `handle${n}`, state: n % 100 === 49 ? 'hidden' : 'active' })
  if (n % 13 === 12) return remove(`bluesky:m${n - 7}`)
  if (n % 9 === 8) return edit(messageOf(n - 5, `edited ${n}`))
  return insert(messageOf(n, `number ${n}`))
}

export function story(records: number): Lines {
  const lines = new Lines()
  for (let n = 0; n < records; n++) lines.append([entryOf(n)], 1_000_000)
  return lines
}
