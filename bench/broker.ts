// The process of an MQTT broker of the kind that is inside loklak, where everybody may speak; says its address.
import { createServer } from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker({ queueLimit: 1_000 })
const server = createServer((socket) => {
  socket.setNoDelay()
  broker.handle(socket)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`listening on mqtt://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}\n`)
})
