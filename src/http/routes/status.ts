// Owns /api/status.json: what the server does, honestly, in no time: everything in it is counted in memory.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createMachine } from '../../watch/machine.ts'
import { addEndpoint } from '../endpoint.ts'
import { indexPart, systemPart } from '../status-original.ts'
import { StatusAnswer } from '../status-schema.ts'
import type { Room } from '../room.ts'
import { verdict } from '../verdict.ts'

/** Of the headers of a request only these are shown: none of them can be a secret or name a person. */
const shownHeaders = { host: 'Host', 'user-agent': 'User-Agent', accept: 'Accept', 'accept-encoding': 'Accept-Encoding', 'accept-language': 'Accept-Language' }
const maxHeader = 256

function safeHeaders({ headers }: FastifyRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(shownHeaders).flatMap(([key, name]) => {
    const value = headers[key]
    return typeof value === 'string' ? [[name, value.slice(0, maxHeader)]] : []
  }))
}

function streamCounts({ streams }: Room) {
  const { open, stalled, refused } = streams.counts()
  return { connections: open, stalled, refused }
}

export function addStatus(app: FastifyInstance, room: Room): void {
  const { parts, options } = room
  const machine = createMachine(options.now)
  addEndpoint(app, {
    url: '/api/status.json',
    tag: 'server',
    summary: 'What is collected, stored and served, and how that fares',
    parameters: {},
    answer: StatusAnswer,
    keep: 0,
    handle(_parameters, request) {
      const status = parts.status()
      const { ready, degraded } = parts.health()
      const { address, local } = request.caller
      return {
        collecting: verdict(status, options.now()),
        ready,
        degraded: [...degraded],
        sources: status.sources.map((source) => ({ ...source, gaps: [...source.gaps] })),
        journal: status.journal,
        disk: status.disk,
        intake: status.intake,
        projections: [...status.projections],
        stream: { ...status.stream, ...streamCounts(room) },
        mqtt: status.mqtt,
        system: systemPart(machine(), room),
        index: indexPart(status),
        client_info: { RemoteHost: address, IsLocalhost: local ? 'true' as const : 'false' as const, request_header: safeHeaders(request) },
        commit: options.commit,
        stream_enabled: status.stream_enabled,
        session: { identity: { type: 'host' as const, name: address, anonymous: true as const } },
      }
    },
  })
}
