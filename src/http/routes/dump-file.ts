// Owns /dump/FILE: one dump, whole or a part of it. Only names of the list are known here; the file being written is given
// as far as it is safe on the disk.
import { open, type FileHandle } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Segment } from '../../journal/port.ts'
import { LoklakError } from '../../watch/errors.ts'
import { answerOf, failures } from '../describe.ts'
import { offeredDumps } from '../dumps.ts'
import { wanted, type FileState } from '../range.ts'
import type { Room } from '../room.ts'

interface DumpRequest {
  Params: { name: string }
}

const chunk = 262_144

/** Opens a dump. It can be gone since it was listed: sealed under another name, or removed by retention. */
async function openDump(dump: Segment): Promise<FileHandle> {
  try {
    return await open(dump.path, 'r')
  } catch (error) {
    throw new LoklakError('NOT_FOUND', dump.name, { cause: error })
  }
}

async function look(file: FileHandle, dump: Segment): Promise<FileState> {
  const { size: onDisk, mtimeMs } = await file.stat()
  const size = dump.sealed ? onDisk : Math.min(dump.bytes, onDisk)
  const modified = Math.floor(mtimeMs / 1000) * 1000
  return { size, modified, etag: `"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"` }
}

/** The bytes from start to end, both included; closes the file when it is read or nobody reads on. */
function bytes(file: FileHandle, start: number, end: number): NodeJS.ReadableStream {
  return file.createReadStream({ start, end, highWaterMark: chunk })
}

async function answer(request: FastifyRequest, reply: FastifyReply, dump: Segment, file: FileHandle): Promise<NodeJS.ReadableStream | undefined> {
  const state = await look(file, dump)
  const { size, modified, etag } = state
  const choice = wanted(request.headers, state, request.method)
  reply.headers({
    'accept-ranges': 'bytes',
    'etag': etag,
    'last-modified': new Date(modified).toUTCString(),
    'cache-control': dump.sealed ? 'public, max-age=600' : 'no-cache',
  })
  if (choice.kind === 'unchanged') return void reply.code(304)
  if (choice.kind === 'none') {
    reply.header('content-range', `bytes */${size}`)
    throw new LoklakError('RANGE_NOT_SATISFIABLE', `${dump.name} has ${size} bytes.`)
  }
  const [start, end] = choice.kind === 'part' ? [choice.start, choice.end] : [0, size - 1]
  reply.type('application/octet-stream').header('content-length', end - start + 1)
  if (choice.kind === 'part') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`)
  return request.method === 'HEAD' || end < start ? undefined : bytes(file, start, end)
}

export function addDumpFile(app: FastifyInstance, room: Room): void {
  const handler = async (request: FastifyRequest<DumpRequest>, reply: FastifyReply): Promise<FastifyReply> => {
    const dump = offeredDumps(room).find(({ name }) => name === request.params.name)
    if (dump === undefined) throw new LoklakError('NOT_FOUND', `There is no dump ${JSON.stringify(request.params.name)}; the list is at /dump/.`)
    const file = await openDump(dump)
    let stream: NodeJS.ReadableStream | undefined
    try {
      stream = await answer(request, reply, dump, file)
    } finally {
      if (stream === undefined) await file.close()
    }
    return reply.send(stream)
  }
  const params = Type.Object({ name: Type.String({ description: 'as in the list' }) })
  const response = {
    200: answerOf('The whole dump', 'application/octet-stream', Type.Unknown()),
    206: answerOf('The range that was asked for', 'application/octet-stream', Type.Unknown()),
    304: Type.Null({ description: 'The client has it already' }),
    ...failures,
  }
  const schema = { tags: ['dumps'], summary: 'A dump, whole or a range of it', params, response }
  app.get<DumpRequest>('/dump/:name', { exposeHeadRoute: false, compress: false, schema, handler })
  app.head<DumpRequest>('/dump/:name', { compress: false, schema: { hide: true }, handler })
}
