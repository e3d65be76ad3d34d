// Owns /api/user.json: what is known of an author from what was collected; nobody is asked.
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Profile } from '../../index/port.ts'
import { LoklakError } from '../../watch/errors.ts'
import { addEndpoint } from '../endpoint.ts'
import type { Room } from '../room.ts'
import { visit } from '../search/visit.ts'

const Instant = Type.String({ description: 'ISO 8601' })
const Count = Type.Integer({ minimum: 0 })

const UserAnswer = Type.Partial(Type.Object({
  screen_name: Type.String(),
  user_id: Type.String({ description: 'the stable key: a DID, an address or a public key' }),
  name: Type.String(),
  network: Type.String(),
  profile_image_url_http: Type.String(),
  profile_image_url_https: Type.String(),
  screen_names: Type.Array(Type.String(), { description: 'every handle that the author is known to have had' }),
  messages_count: Type.Integer({ minimum: 0, description: 'messages that are kept' }),
  messages_relation: Type.Enum(['eq', 'gte']),
  appearance_first: Instant,
  appearance_latest: Instant,
  hashtags: Type.Record(Type.String(), Count, { description: 'the most frequent, with their counts' }),
  partial: Type.Boolean({ description: 'present where not all was counted' }),
}), { description: 'empty for an author of whom nothing is kept' })

export const UsersAnswer = Type.Object({
  search_metadata: Type.Object({ client: Type.String() }),
  user: Type.Optional(UserAnswer),
  users: Type.Optional(Type.Array(UserAnswer, { description: 'in place of user, where several names were given' })),
})

const maxNames = 20

function shown(profile: Profile | undefined): Static<typeof UserAnswer> {
  if (profile === undefined) return {}
  const { screen_name, user_id, name, network, avatar, handles, messages, messages_relation, appearance_first, appearance_latest, hashtags, partial } = profile
  const picture = avatar === undefined ? {} : avatar.startsWith('http:') ? { profile_image_url_http: avatar } : { profile_image_url_https: avatar }
  const given = { user_id, name, network, appearance_first, appearance_latest }
  return {
    screen_name,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...picture,
    screen_names: [...handles],
    messages_count: messages,
    messages_relation,
    hashtags: Object.fromEntries(hashtags.map(({ value, count }) => [value, count])),
    ...(partial === undefined ? {} : { partial: true }),
  }
}

function namesIn(list: string): string[] {
  const names = list.split(',').map((name) => name.trim().replace(/^@/, '')).filter((name) => name !== '')
  if (names.length === 0) throw new LoklakError('BAD_PARAMETER', 'screen_name: a name was expected, or several with commas between')
  if (names.length > maxNames) throw new LoklakError('BAD_PARAMETER', `screen_name: ${names.length} names; at most ${maxNames} are taken`)
  return names
}

export function addUser(app: FastifyInstance, room: Room): void {
  addEndpoint(app, {
    url: '/api/user.json',
    tag: 'search',
    summary: 'What is known of an author from what was collected',
    parameters: { screen_name: Type.String({ default: '', maxLength: 8192, description: 'a handle or a stable key; several with commas between' }) },
    answer: UsersAnswer,
    keep: 10,
    async handle({ screen_name }, request, reply) {
      const names = namesIn(screen_name)
      const users = await visit(room, request, reply, undefined, async ({ index, timeout, signal }) => {
        const found: Static<typeof UserAnswer>[] = []
        for (const name of names) found.push(shown(await index.author(name, { timeout: Math.ceil(timeout / names.length) }, signal)))
        return found
      })
      const search_metadata = { client: request.caller.address }
      return users.length === 1 && users[0] !== undefined ? { search_metadata, user: users[0] } : { search_metadata, users }
    },
  })
}
