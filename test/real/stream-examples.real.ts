// The examples of docs/stream.md that speak MQTT, run as they stand there against the broker inside loklak.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Entry } from '../../src/message/line.ts'
import { embeddedBroker } from '../../src/stream/mqtt/embedded.ts'
import { message, remove } from '../journal/fixtures.ts'
import { example } from '../stream/example.ts'
import { publish } from '../stream/mqtt-suite.ts'
import { turn } from '../http/streaming.ts'
import { needs, needsPython } from './needs.ts'
import { pythonPrograms } from './python.ts'

const tagged = (id: string, tag: string): Entry => ({ op: 'I', imported: false, message: { ...message(id, `text of ${id}`, 'ann'), hashtags: [tag] } })

/** Runs an example against a broker to which is published, until it has printed so many lines; what it printed. */
async function printed(t: TestContext, command: string, args: (port: string) => readonly string[], count: number): Promise<string[]> {
  const broker = await embeddedBroker({ port: 0, portWs: 0, connections: 10 })
  t.after(() => broker.close())
  const child = spawn(command, args(new URL(broker.addresses[0] ?? '').port), { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const { journal, connected } = await publish(t, broker.connect)
  await connected()
  // It says nothing when it has subscribed, so it is told until it has heard enough.
  for (let i = 0; out.split('\n').length <= count; i++) {
    assert.equal(child.exitCode, null)
    await journal.append([tagged(`rain${i}`, 'Rain'), tagged(`sun${i}`, 'sun'), remove(`rain${i}`)])
    await turn()
  }
  return out.split('\n').slice(0, count)
}

test('mosquitto_sub', needs('mosquitto_sub'), async (t) => {
  const lines = await printed(t, 'sh', (port) => ['-c', `exec ${example('sh', 'mosquitto_sub', '').replace('1883', port)}`], 2)
  const records = lines.map((line): { $P: string; id_str: string } => JSON.parse(line))
  // Where it comes in, it comes in; from there on it misses nothing.
  const [first, second] = records.map(({ $P, id_str }) => `${$P} ${id_str}`)
  const n = Number(/\d+/.exec(first ?? '')?.[0])
  assert.equal(second, first?.startsWith('I') === true ? `D rain${n}` : `I rain${n + 1}`)
})

test('paho', needsPython(), async (t) => {
  const python = join(await pythonPrograms(), 'python')
  const lines = await printed(t, python, (port) => ['-c', example('python', 'paho', '').replace('1883', port)], 2)
  const n = Number(/\d+/.exec(lines[0] ?? '')?.[0])
  assert.deepEqual(lines, [`ann text of rain${n}`, `ann text of rain${n + 1}`])
})
