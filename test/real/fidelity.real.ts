// Proves the bridge right frame by frame: what a real Jetstream made of recorded raw frames, ours makes too.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { sharedData } from '../shared-data.ts'
import { decodeFrame } from './bridge/decode.ts'
import { encodeV1, encodeV2, type Event } from './bridge/event.ts'

const raw = sharedData('lab/recorded/subscribeRepos.base64.txt')
const recorded = { v1: sharedData('lab/recorded/jetstream-v1.jsonl'), v2: sharedData('lab/recorded/jetstream-v2.jsonl') }

const readLines = async (path: string): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')

async function decodeRecorded(): Promise<Event[]> {
  const decoded = []
  for (const line of await readLines(raw.path)) decoded.push(await decodeFrame(Buffer.from(line, 'base64')))
  return decoded.flatMap(({ changes }) => changes).map((change, seq) => Object.assign(change, { seq, time_us: 0 }))
}

/** Blanks what a server adds of its own: when it saw an event, and under which number. Everything else stays, byte for byte. */
const blankV1 = (frame: string): string => frame.replace(/^(\{"did":"[^"]+"),"time_us":\d+,"cursor":\d+,/, '$1,')
const blankV2 = (frame: string): string => frame.replace(/,"seq":\d+,"time":"[^"]+"\}\}$/, '}}')

test('v1: the frames that a real Jetstream sent', raw, async () => {
  const ours = (await decodeRecorded()).map(encodeV1)
  const theirs = await readLines(recorded.v1.path)
  assert.equal(theirs.length, 30)
  assert.deepEqual(ours.map((frame): unknown => JSON.parse(blankV1(frame))), theirs.map((frame): unknown => JSON.parse(blankV1(frame))))
  assert.deepEqual(ours.map(blankV1), theirs.map(blankV1), 'to the byte')
})

test('v2: the frames that a real Jetstream sent', raw, async () => {
  const ours = (await decodeRecorded()).map(encodeV2)
  const theirs = await readLines(recorded.v2.path)
  assert.equal(theirs.length, 30)
  assert.deepEqual(ours.map((frame): unknown => JSON.parse(blankV2(frame))), theirs.map((frame): unknown => JSON.parse(blankV2(frame))))
  assert.deepEqual(ours.map(blankV2), theirs.map(blankV2), 'to the byte')
})
