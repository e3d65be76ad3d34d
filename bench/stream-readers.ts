// The process of many readers of one stream. node bench/stream-readers.ts PORT READERS
// Each reads until the last message and goes.
import { connect } from 'node:net'
import { lastText } from './streaming.ts'

const [port = 0, readers = 0] = process.argv.slice(2).map(Number)

for (let i = 0; i < readers; i++) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', (error) => process.stderr.write(`${String(error)}\n`))
  socket.write('GET /api/stream.json?channel=all HTTP/1.1\r\nhost: localhost\r\n\r\n')
  let end: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    if (chunk.includes(lastText) || Buffer.concat([end, chunk.subarray(0, lastText.length)]).includes(lastText)) socket.destroy()
    end = chunk.subarray(-lastText.length)
  })
}
