import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { WebSocketServer } from 'ws'
import { checkBroker } from '../../src/cli/checks/broker.ts'
import { checkClock } from '../../src/cli/checks/clock.ts'
import { checkSpace, checkSync } from '../../src/cli/checks/disk.ts'
import { checkFolder } from '../../src/cli/checks/folder.ts'
import { checkNode } from '../../src/cli/checks/node.ts'
import { checkPort } from '../../src/cli/checks/port.ts'
import { checkSources } from '../../src/cli/checks/sources.ts'
import { doctor } from '../../src/cli/doctor.ts'
import { openDataFolder } from '../../src/journal/data-folder.ts'
import { realDisk, type Disk } from '../../src/journal/disk.ts'
import { loadSettings } from '../../src/settings/load.ts'
import { embeddedBroker } from '../../src/stream/mqtt/embedded.ts'
import type { Settings } from '../../src/settings/options.ts'
import { listenLocally } from '../support/listening.ts'
import { run } from './fixtures.ts'
import { temporaryFolder } from './folders.ts'

const never = new AbortController().signal
const gigabyte = 1e9

/** Starts a server for one test; resolves with its port. */
function listening(t: TestContext, server: Server): Promise<number> {
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return listenLocally(server)
}

/** A Jetstream server that takes every connection, or refuses with a status. */
async function jetstream(t: TestContext, { date, refuses }: { readonly date?: string; readonly refuses?: number } = {}): Promise<string> {
  const server = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  if (date !== undefined) sockets.on('headers', (headers) => void headers.push(`Date: ${date}`))
  server.on('upgrade', (request, socket, head) => {
    if (refuses === undefined) sockets.handleUpgrade(request, socket, head, () => {})
    else socket.end(`HTTP/1.1 ${refuses} Refused\r\nContent-Length: 0\r\n\r\n`)
  })
  return `ws://127.0.0.1:${await listening(t, server)}/subscribe`
}

const settingsOf = (...argv: string[]): Settings => loadSettings({ argv, env: {}, cwd: '/' }).settings

describe('the check of Node', () => {
  test('takes 24 and later', () => {
    assert.deepEqual([checkNode('24.0.0').status, checkNode('26.1.0').status], ['ok', 'ok'])
    const { status, found, advice } = checkNode('20.20.2')
    assert.equal(status, 'fail')
    assert.match(found, /20\.20\.2, 24 is needed/)
    assert.match(advice, /npm ci/)
  })
})

describe('the check of the data folder', () => {
  test('lets one that is new be, and makes nothing', async (t) => {
    const folder = await temporaryFolder(t)
    assert.equal(checkFolder(join(folder, 'a', 'b')).finding.status, 'ok')
    assert.equal(checkFolder(folder).finding.status, 'ok')
    assert.deepEqual(await readdir(folder), [])
  })

  test('tells who holds it', async (t) => {
    const path = await temporaryFolder(t)
    const held = openDataFolder(path)
    assert.deepEqual([checkFolder(path).held, checkFolder(path).finding.status], [true, 'ok'])
    held.close()
    assert.deepEqual([checkFolder(path).held, checkFolder(path).finding.found.endsWith('free')], [false, true])
    // It was given back.
    openDataFolder(path).close()
  })

  test('fails for a link that leads nowhere, and for what is below it', async (t) => {
    const path = await temporaryFolder(t)
    await symlink(join(path, 'gone'), join(path, 'link'))
    for (const wrong of [join(path, 'link'), join(path, 'link', 'below')]) {
      const { status, found } = checkFolder(wrong).finding
      assert.deepEqual([status, found], ['fail', `${wrong} cannot be used: ${join(path, 'link')} is a link that leads nowhere`])
    }
  })

  test('fails for a file, and for a folder of a later version', async (t) => {
    const path = await temporaryFolder(t)
    await writeFile(join(path, 'file'), '')
    for (const wrong of [join(path, 'file'), join(path, 'file', 'below')]) assert.deepEqual([checkFolder(wrong).finding.status, /is not a folder/.test(checkFolder(wrong).finding.found)], ['fail', true])
    await mkdir(join(path, 'state'))
    await writeFile(join(path, 'state', 'version'), '99\n')
    const { status, found, advice } = checkFolder(path).finding
    assert.equal(status, 'fail')
    assert.match(found, /newer loklak/)
    assert.notEqual(advice, '')
  })
})

describe('the check of the disk', () => {
  const disk = (more: Partial<Disk>): Disk => ({ ...realDisk, ...more })
  const withFree = (free: number): Promise<string> => checkSpace(disk({ space: () => Promise.resolve({ free: free * gigabyte, total: 100 * gigabyte }) }), '/', (total) => total * 0.05).then(({ status }) => status)

  test('measures against disk.floor', async () => assert.deepEqual([await withFree(50), await withFree(8), await withFree(4)], ['ok', 'warn', 'fail']))

  test('measures how long a sync takes, and leaves nothing behind', async (t) => {
    const folder = await temporaryFolder(t)
    let time = 0
    const within = (ms: number) => checkSync(realDisk, folder, () => (time += ms))
    assert.equal((await within(2)).status, 'ok')
    assert.match((await within(2)).found, /^2\.0 ms/)
    assert.deepEqual([(await within(200)).status, /journal\.sync\.interval/.test((await within(200)).advice)], ['warn', true])
    assert.deepEqual(await readdir(folder), [])
  })

  test('fails where the disk does', async (t) => {
    const folder = await temporaryFolder(t)
    const { append } = realDisk
    const broken = disk({ append: async (path) => ({ ...(await append(path)), sync: () => Promise.reject(new Error('EIO: i/o error')) }) })
    const { status, found } = await checkSync(broken, folder, () => 0)
    assert.deepEqual([status, found], ['fail', 'EIO: i/o error'])
    assert.equal((await checkSync(realDisk, join(folder, 'nowhere'), () => 0)).status, 'fail')
  })
})

describe('the check of a port', () => {
  test('lets a free one be', async (t) => {
    const server = createServer()
    const port = await listening(t, server)
    server.close()
    await once(server, 'close')
    assert.equal((await checkPort('127.0.0.1', port, false, never)).status, 'ok')
    assert.equal((await checkPort('127.0.0.1', 0, false, never)).found, 'any free port')
  })

  test('tells ours from others', async (t) => {
    const ours = await listening(t, createServer((_request, response) => response.end('{"live":true}')))
    const other = await listening(t, createServer((_request, response) => response.end('<html>')))
    assert.equal((await checkPort('127.0.0.1', ours, true, never)).status, 'ok')
    const elsewhere = await checkPort('127.0.0.1', ours, false, never)
    assert.deepEqual([elsewhere.status, elsewhere.found], ['fail', 'in use by a loklak with another data folder'])
    const foreign = await checkPort('127.0.0.1', other, true, never)
    assert.deepEqual([foreign.status, foreign.found], ['fail', 'in use by another program'])
    assert.match(foreign.advice, /--port\.http/)
  })

  test('fails for an address of another machine', async () => assert.match((await checkPort('192.0.2.1', 0, false, never)).found, /not an address of this machine/))
})

describe('the check of MQTT', () => {
  const ask = (held: boolean, ...argv: string[]) => checkBroker(settingsOf('--stream.enabled', ...argv), held, { signal: never, timeout: 5000 })

  test('is not made where MQTT is not wanted', async () => assert.deepEqual(await checkBroker(settingsOf(), false, { signal: never, timeout: 1 }), []))

  test('looks at both ports of the broker inside', async (t) => {
    const taken = await listening(t, createServer())
    const told = async (held: boolean) => (await ask(held, '--stream.broker.port=0', `--stream.broker.port.ws=${taken}`)).map(({ status, found }) => [status, found])
    assert.deepEqual(await told(false), [['ok', 'any free port'], ['fail', 'in use by another program']])
    assert.deepEqual((await told(true))[1], ['ok', 'in use, as it is by the loklak that holds the data folder'])
    assert.match((await ask(false, '--stream.broker.port=0', `--stream.broker.port.ws=${taken}`))[1]?.advice ?? '', /--stream\.broker\.port\.ws=N/)
  })

  test('asks a broker elsewhere as the publisher does, and shows no password', async (t) => {
    const inside = await embeddedBroker({ port: 0, portWs: 0, connections: 4 })
    t.after(() => inside.close())
    const address = (inside.addresses[0] ?? '').replace('mqtt://', 'mqtt://joe:geheim@')
    assert.deepEqual((await ask(false, `--stream.mqtt.address=${address}`)).map(({ status, found }) => [status, found]), [['ok', 'reached, and it takes us']])
    const [nobody] = await ask(false, '--stream.mqtt.address=joe:geheim@127.0.0.1:1')
    assert.deepEqual([nobody?.status, nobody?.check], ['warn', 'mqtt broker 127.0.0.1:1'])
    assert.match(nobody?.found ?? '', /^not reached: .*ECONNREFUSED/)
    assert.doesNotMatch(JSON.stringify(nobody), /geheim/)
  })
})

describe('the check of the clock', () => {
  const now = Date.UTC(2026, 5, 1)
  test('looks at the year', () => {
    assert.equal(checkClock(now, [0]).status, 'ok')
    for (const time of [0, Date.UTC(2019, 0, 1), Date.UTC(2140, 0, 1)]) assert.equal(checkClock(time, []).status, 'fail')
  })

  test('warns where there is none to compare it with', () => {
    const { status, found } = checkClock(now, [])
    assert.deepEqual([status, found], ['warn', 'it says 2026-06-01T00:00:00.000Z; no server was reached to compare it with'])
  })

  test('and at the clocks of others, of which one may be wrong', () => {
    assert.equal(checkClock(now, [400, -900, 86_400_000]).status, 'ok')
    const behind = checkClock(now, [60_000, 61_000, 0])
    assert.deepEqual([behind.status, /60 s behind/.test(behind.found)], ['warn', true])
    const ahead = checkClock(now, [-3_600_000])
    assert.deepEqual([ahead.status, /3600 s ahead of/.test(ahead.found), /NTP/.test(ahead.advice)], ['fail', true, true])
  })
})

describe('the check of the sources', () => {
  const now = (): number => Date.UTC(2026, 5, 1)
  const ask = (...argv: string[]) => checkSources(settingsOf(...argv), { now, signal: never, timeout: 2000 })
  const nobody = 'ws://127.0.0.1:1/subscribe'

  test('asks each server, and its clock', async (t) => {
    const date = new Date(now() + 60_000).toUTCString()
    const url = await jetstream(t, { date })
    const appview = await listening(t, createServer((_request, response) => response.writeHead(200, { date }).end('{}')))
    const { findings, clocks } = await ask(`--source.bluesky.url=${url}`, `--source.bluesky.appview.url=http://127.0.0.1:${appview}`)
    assert.deepEqual(findings.map(({ status }) => status), ['ok', 'ok'])
    assert.deepEqual(clocks, [60_500, 60_500])
  })

  test('warns where one of several is away, fails where all are', async (t) => {
    const url = await jetstream(t)
    const some = await ask(`--source.bluesky.url=${nobody},${url}`, '--source.bluesky.appview.url=')
    assert.deepEqual(some.findings.map(({ status }) => status), ['warn', 'ok'])
    assert.match(some.findings[0]?.found ?? '', /not reached: connect ECONNREFUSED/)
    const none = await ask(`--source.bluesky.url=${nobody},${await jetstream(t, { refuses: 429 })}`, '--source.bluesky.appview.url=http://127.0.0.1:1')
    assert.deepEqual(none.findings.map(({ status }) => status), ['fail', 'fail', 'warn'])
    assert.match(none.findings[1]?.found ?? '', /it answers HTTP 429/)
    assert.deepEqual(none.clocks, [])
  })

  test('gives up on a server that never answers', async (t) => {
    const server = createServer()
    server.on('upgrade', () => {})
    const port = await listening(t, server)
    const { findings } = await checkSources(settingsOf(`--source.bluesky.url=ws://127.0.0.1:${port}/subscribe`, '--source.bluesky.appview.url='), { now, signal: never, timeout: 50 })
    assert.match(findings[0]?.found ?? '', /not reached: Opening handshake has timed out/)
  })

  test('stops when told to', async (t) => {
    const server = createServer()
    const stop = new AbortController()
    server.on('upgrade', () => stop.abort())
    const port = await listening(t, server)
    const { findings } = await checkSources(settingsOf(`--source.bluesky.url=ws://127.0.0.1:${port}/subscribe`, '--source.bluesky.appview.url='), { now, signal: stop.signal, timeout: 60_000 })
    assert.equal(findings[0]?.found, 'not reached: stopped')
  })

  test('names what is no address of a Jetstream', async () => assert.match((await ask('--source.bluesky.url=ws://127.0.0.1:1/x', '--source.bluesky.appview.url=')).findings[0]?.found ?? '', /must end with \/subscribe/))

  test('asks nobody where Bluesky is not followed', async () => {
    for (const flag of ['--source.bluesky.enabled=false', '--roles=serve']) assert.deepEqual((await ask(flag)).findings.map(({ status, check }) => [status, check]), [['ok', 'bluesky']])
  })
})

describe('doctor', () => {
  const doctorOf = async (t: TestContext, ...flags: string[]) => {
    const path = await temporaryFolder(t)
    return run(['doctor', `--data.path=${path}`, '--port.http=0', '--host=127.0.0.1', '--disk.floor=1B', ...flags], [doctor], { now: () => Date.UTC(2026, 5, 1) })
  }

  test('tells one line a check and ends with 0 where all is well', async (t) => {
    const { code, out } = await doctorOf(t, '--source.bluesky.enabled=false')
    assert.equal(code, 0)
    assert.deepEqual(out.trimEnd().split('\n').map((line) => line.split(':')[0]), ['ok    node', 'ok    data folder', 'ok    disk space', 'ok    disk sync', 'ok    port 127.0.0.1', 'ok    bluesky', 'warn  clock'])
  })

  test('ends with 1 where something fails, and says what to do', async (t) => {
    const { code, out } = await doctorOf(t, '--source.bluesky.url=ws://127.0.0.1:1/subscribe', '--source.bluesky.appview.url=', '--format=json')
    assert.equal(code, 1)
    const rows: unknown = JSON.parse(out)
    assert.ok(Array.isArray(rows))
    assert.deepEqual(rows.filter(({ status }: { status: string }) => status === 'fail').map(({ check, advice }: { check: string; advice: string }) => [check, advice !== '']), [['bluesky 127.0.0.1:1', true]])
  })
})
