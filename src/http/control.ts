// Owns the way in for commands: POST /control/NAME with a JSON body, answered line by line as NDJSON. It exists only for
// connections through the socket in the data folder; to all others it is not there.
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { errorBody, LoklakError } from '../watch/errors.ts'
import { tableError } from './errors.ts'
import type { Control } from './parts.ts'
import type { Room } from './room.ts'

interface ControlRequest {
  Params: { name: string }
}

export function addControl(app: FastifyInstance, { parts, doors }: Room): void {
  app.post<ControlRequest>('/control/:name', {
    schema: { hide: true },
    compress: false,
    onRequest: (request, _reply, done) => done(request.caller.owner ? undefined : new LoklakError('NOT_FOUND', '')),
    handler: (request, reply) => {
      const { name } = request.params
      const control = Object.hasOwn(parts.control, name) ? parts.control[name] : undefined
      if (control === undefined) throw new LoklakError('NOT_FOUND', `This server knows no command ${JSON.stringify(name)}.`)
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const signal = AbortSignal.any([gone.signal, doors.stop.signal])
      return reply.type('application/x-ndjson').send(Readable.from(lines(control, request.body, signal, parts), { objectMode: false }))
    },
  })
}

/** One line for each thing that is said, and where it fails one last line `{"error": …}`. */
async function* lines(control: Control, body: unknown, signal: AbortSignal, { log }: Room['parts']): AsyncGenerator<string> {
  try {
    for await (const said of control(body, signal)) yield `${JSON.stringify(said)}\n`
  } catch (error) {
    const shown = tableError(error) ?? new LoklakError('INTERNAL', '')
    if (shown.code === 'INTERNAL') log.error({ err: error }, 'a command failed')
    yield `${JSON.stringify(errorBody(shown))}\n`
  }
}
