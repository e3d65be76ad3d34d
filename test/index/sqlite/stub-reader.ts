// A reading thread for tests of those who ask one.
import { parentPort, threadId } from 'node:worker_threads'
import type { Failure, Question } from '../../../src/index/sqlite/threads/protocol.ts'
import type { Call, Reply } from '../../../src/index/sqlite/threads/thread.ts'

let abandoned = 0
/** Questions under way, and the most there were at a time. */
let under = 0
let most = 0
const say = (reply: Reply<Failure, never>): void => parentPort?.postMessage(reply)

parentPort?.on('message', (call: Call<Question>) => {
  if ('abandon' in call) {
    abandoned += 1
    return
  }
  if (call.ask.kind === 'facets') say({ id: call.id, value: { fields: { hashtags: [{ value: `${threadId}`, count: 1 }] } } })
  const what = call.ask.kind === 'message' ? call.ask.id : ''
  if (what === 'thread') say({ id: call.id, value: `${threadId}` })
  if (what === 'busy') {
    most = Math.max(most, ++under)
    setImmediate(() => {
      under -= 1
      say({ id: call.id, value: `${most}` })
    })
  }
  if (what === 'echo') say({ id: call.id, value: 'echo' })
  if (what === 'abandoned') say({ id: call.id, value: `${abandoned}` })
  if (what === 'fail') say({ id: call.id, failure: { kind: 'defect', message: 'a defect', stack: undefined } })
  if (what === 'die') process.exit(1)
  if (what === 'stick') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
})
