// Owns asking the index on behalf of a request: within the limits, no longer than there is time, and not for someone who
// has gone.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Index } from '../../index/port.ts'
import { LoklakError } from '../../watch/errors.ts'
import { holder } from '../address.ts'
import type { Room } from '../room.ts'

export interface Visit {
  readonly index: Index
  /** Milliseconds that each question may take. */
  readonly timeout: number
  readonly signal: AbortSignal
  /** Less is to be given, because many ask. */
  readonly crowded: boolean
}

/** An index answers with what it has when its time is up; past this, something is wrong with it. */
const grace = 2_000

/**
 * Runs work on the index. `wanted` is how long the caller would wait, in milliseconds. Throws OVERLOADED where too many ask or
 * no answer comes, NOT_READY where there is no index that could answer.
 */
export async function visit<T>(room: Room, request: FastifyRequest, reply: FastifyReply, wanted: number | undefined, work: (visit: Visit) => Promise<T>): Promise<T> {
  const { search } = room.parts
  const index = search.index()
  const { state, reason } = index.health()
  if (state === 'failed') throw new LoklakError('NOT_READY', `The index cannot be used: ${reason ?? 'nothing is known'}.`)
  const timeout = Math.min(wanted ?? search.limits.timeout, search.limits.timeout)
  const place = room.gate.enter(request.caller.local ? null : holder(request.caller.address))
  const end = new AbortController()
  const gone = (): void => end.abort(new LoklakError('INTERRUPTED', 'The caller has gone.'))
  const late = setTimeout(() => end.abort(new LoklakError('OVERLOADED', `The index did not answer within ${timeout} ms.`)), timeout + grace)
  reply.raw.once('close', gone)
  try {
    return await work({ index, timeout, signal: end.signal, crowded: place.crowded && !request.caller.owner })
  } catch (error) {
    // Whatever the index made of it, this is why.
    end.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(late)
    reply.raw.off('close', gone)
    // Nothing that was asked goes on without anybody who waits for it.
    end.abort(new LoklakError('INTERRUPTED', 'The answer was given.'))
    place.leave()
  }
}
