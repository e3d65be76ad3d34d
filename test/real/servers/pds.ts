// A real Bluesky PDS (@atproto/pds) on 127.0.0.1, keeping everything in one folder, so that it can be killed and started
// again. `node pds.ts --port N --data DIR --plc URL`; prints `listening on URL`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { envToCfg, envToSecrets, PDS } from '@atproto/pds'

const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' }, plc: { type: 'string' } } })
const { port, data, plc } = values
if (port === undefined || data === undefined || plc === undefined) throw new Error('pds.ts --port N --data DIR --plc URL')

mkdirSync(data, { recursive: true })
const environment = {
  devMode: true,
  port: Number(port),
  hostname: 'localhost',
  dataDirectory: data,
  blobstoreDiskLocation: join(data, 'blobs'),
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  disableSsrfProtection: true,
  didPlcUrl: plc,
  // Test values: the same after a restart, and worth nothing.
  adminPassword: 'admin',
  jwtSecret: 'jwt',
  plcRotationKeyK256PrivateKeyHex: '01'.repeat(32),
}

const pds = await PDS.create(envToCfg(environment), envToSecrets(environment))
// Left to itself it listens on every address of the machine.
const listen = pds.app.listen.bind(pds.app)
pds.app.listen = (port) => listen(port, '127.0.0.1')
await pds.start()
console.log(`listening on http://localhost:${port}`)

process.once('SIGTERM', () => void pds.destroy().then(() => process.exit(0)))
