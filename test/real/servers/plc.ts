// A real PLC directory (@did-plc/server, in memory) on 127.0.0.1. `node plc.ts [--port N]`; prints `listening on URL`.
import { createServer, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { validateOperationLog } from '@did-plc/lib'
import plc from '@did-plc/server'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const db = plc.Database.mock()
const { app } = plc.PlcServer.create({ db })

/**
 * The document of a DID as plc.directory writes it, with Multikey keys. This version of the package still writes the
 * form of 2019, which a server that verifies signatures (the real Jetstream does) refuses.
 */
async function answerDocument(did: string, response: ServerResponse): Promise<void> {
  const data = await validateOperationLog(did, await db.opsForDid(did))
  if (data === null) {
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ message: `DID not available: ${did}` }))
    return
  }
  const document = {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: data.did,
    alsoKnownAs: data.alsoKnownAs,
    verificationMethod: Object.entries(data.verificationMethods).map(([name, key]) => ({
      id: `${data.did}#${name}`,
      type: 'Multikey',
      controller: data.did,
      publicKeyMultibase: key.replace(/^did:key:/, ''),
    })),
    service: Object.entries(data.services).map(([name, { type, endpoint }]) => ({ id: `#${name}`, type, serviceEndpoint: endpoint })),
  }
  response.writeHead(200, { 'content-type': 'application/did+ld+json' }).end(JSON.stringify(document))
}

const server = createServer((request, response) => {
  const did = /^\/(did:plc:[a-z2-7]+)$/.exec(request.url ?? '')?.[1]
  if (request.method !== 'GET' || did === undefined) app(request, response)
  else answerDocument(did, response).catch(() => app(request, response))
})

server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(`listening on http://localhost:${address.port}`)
})
