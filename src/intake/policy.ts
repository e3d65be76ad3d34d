// Owns what becomes of known authors when the operator changes the policy on their wishes: every projection is told who is
// hidden by now and who is shown, once, by records like any other. Does not know what a wish does (author.ts).
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { writeAtomic } from '../support/atomic-file.ts'
import { orAborted } from '../support/or-aborted.ts'
import type { Archive } from './archive.ts'
import { wishesToBeHidden, type ConsentPolicy } from './author.ts'
import type { Draft } from './port.ts'

/** Authors that are looked at in one turn. */
const atOnce = 1_000

/** Does nothing where the policy is the one that was last told. What is interrupted begins anew: who was told already is no news. */
export async function tellPolicy({ folder, known, intake }: Pick<Archive, 'folder' | 'known' | 'intake'>, policy: ConsentPolicy, signal: AbortSignal): Promise<void> {
  const memory = join(folder.state, 'consent-policy')
  if ((await readFile(memory, 'utf8').catch(() => '')) === policy) return
  for (let some = known.authors('', atOnce); some.length > 0; some = known.authors(some.at(-1)?.key ?? '', atOnce)) {
    const drafts = some.flatMap(({ key, network, labels }): Draft[] => (wishesToBeHidden(labels) ? [{ kind: 'author', author: { key, network } }] : []))
    if (drafts.length > 0) await orAborted(intake.offer(drafts, { source: 'policy', imported: false }), signal)
    await breathe()
    if (signal.aborted) return
  }
  await writeAtomic(memory, policy)
}
