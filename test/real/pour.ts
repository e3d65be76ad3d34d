// Owns a steady flow of posts through a stand-in for a Jetstream.
import { setTimeout as sleep } from 'node:timers/promises'
import { idOf, postFrame, type Jetstream } from '../e2e/jetstream.ts'

const beat = 20

/** Publishes posts, so many a second, numbered from `first`, and gives the ids that they have in loklak, in order. */
export async function pour(jetstream: Jetstream, { total, perSecond, first = 0 }: { readonly total: number; readonly perSecond: number; readonly first?: number }): Promise<readonly string[]> {
  const begin = Date.now() * 1000
  const ids: string[] = []
  while (ids.length < total) {
    for (let n = 0; n < (perSecond * beat) / 1000 && ids.length < total; n++) {
      const number = first + ids.length
      const key = `3k${String(number).padStart(8, '0')}`
      const time = begin + Math.floor((ids.length * 1e6) / perSecond)
      jetstream.publish(time, postFrame(time, key, `post number ${number} on its way`))
      ids.push(idOf(key))
    }
    await sleep(beat)
  }
  return ids
}
