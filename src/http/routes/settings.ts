// Owns /api/settings.json: the settings that anyone may know, and no others.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { addEndpoint } from '../endpoint.ts'
import type { Room } from '../room.ts'

export const SettingsAnswer = Type.Record(Type.String(), Type.Unknown(), { description: 'name and value; those of the operator\'s `client.*` without their prefix' })

export function addSettings(app: FastifyInstance, { parts }: Room): void {
  addEndpoint(app, {
    url: '/api/settings.json',
    tag: 'server',
    summary: 'Public settings',
    parameters: {},
    answer: SettingsAnswer,
    keep: 60,
    handle: () => ({ ...parts.publicSettings() }),
  })
}
