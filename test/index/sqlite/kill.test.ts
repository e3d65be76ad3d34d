import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { it } from 'node:test'
import { everything, term } from '../../../src/query/tree.ts'
import { Model } from '../model.ts'
import { madeFolder, openIn } from './folders.ts'
import { story } from './story.ts'
import { asShown, shown } from '../made.ts'

const records = 1500

/** Lets a child apply the story and kills it after it has said so often how far it has come. Answers the last it said. */
async function killAfter(folder: string, times: number): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'child.ts'), folder, `${records}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = 0
  let said = 0
  for await (const line of createInterface(child.stdout)) {
    last = Number(line)
    if (++said === times) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  assert.equal(child.signalCode, 'SIGKILL', 'it was killed before it was done')
  return last
}

it('kill -9 in mid-index loses nothing that was acknowledged, and what follows makes it whole', { timeout: 60_000 }, async () => {
  const folder = madeFolder()
  const lines = story(records)
  for (const times of [1, 4, 7]) {
    const acknowledged = await killAfter(folder, times)
    const index = await openIn(folder, lines, { rows: 60 })
    assert.ok(index.cursor() >= acknowledged)
    await index.close()
  }
  const index = await openIn(folder, lines, { rows: 60 })
  await index.apply(lines.after(index.cursor()))
  const model = new Model().apply(lines.all.map(({ entry }) => entry))
  for (const query of [everything, term('#', 'tag1')]) {
    const answer = await index.search(query, { order: 'created_at', limit: 1000, count: 'exact', timeout: 20_000 })
    const expected = model.search(query, 'created_at')
    assert.equal(answer.hits, expected.length)
    assert.deepEqual(shown(answer.messages), asShown(expected.slice(0, 1000)))
  }
  assert.deepEqual(await index.check(), [])
  assert.ok((await index.stats()).parts.length > 5)
  await index.close()
})
