// Owns /x: where a short link leads, which is always an address that stands in the message it names.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { LoklakError } from '../../watch/errors.ts'
import { addAddress } from '../endpoint.ts'
import type { Room } from '../room.ts'
import { readShortLink } from '../search/shortlinks.ts'
import { visit } from '../search/visit.ts'

export function addShortLink(app: FastifyInstance, room: Room): void {
  addAddress(app, {
    url: '/x',
    tag: 'search',
    summary: 'Leads to a link of a message',
    parameters: { id: Type.String({ default: '', description: 'the id of a message; with `*n` its link number n, counted from 0' }) },
    answers: { 302: Type.Null({ description: 'To the link' }) },
    async handle({ id: text }, _manners, request, reply) {
      const wanted = readShortLink(text)
      if (wanted === undefined) throw new LoklakError('BAD_PARAMETER', 'id: the id of a message was expected, or one with *n for its link number n')
      const message = await visit(room, request, reply, undefined, ({ index, signal }) => index.message(wanted.id, signal))
      const link = message?.links[wanted.number]
      if (link === undefined || !/^https?:\/\//i.test(link) || !URL.canParse(link)) throw new LoklakError('NOT_FOUND', 'There is no such link.')
      return reply.header('cache-control', 'private, max-age=60').redirect(new URL(link).href, 302)
    },
  })
}
