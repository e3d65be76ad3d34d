// Owns the headers that every answer has: who may read it, what a browser may do with it, what search engines should not.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

const hash = (source: string): string => `'sha256-${createHash('sha256').update(source).digest('base64')}'`

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

const shared = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Allow, Content-Range, ETag, Last-Modified, Link, Loklak-Coverage, Loklak-Partial, Retry-After',
  'cross-origin-resource-policy': 'cross-origin',
}

const preflight = {
  'access-control-allow-headers': 'Accept, Authorization, Content-Type, If-Modified-Since, If-None-Match, Last-Event-ID, Range',
  'access-control-max-age': '86400',
}

export function setHeaders(request: FastifyRequest, reply: FastifyReply, cors: boolean): void {
  reply.headers(always)
  reply.headers(cors ? shared : { 'cross-origin-resource-policy': 'same-origin' })
  if (request.url.startsWith('/api/')) reply.header('x-robots-tag', 'noindex,noarchive,nofollow,nosnippet')
}

/** Tells a browser what it may send, before it sends it. */
export function setPreflightHeaders(reply: FastifyReply, allow: string, cors: boolean): void {
  reply.header('allow', allow)
  if (cors) reply.headers(preflight).header('access-control-allow-methods', allow)
}

/** The policy of a page that loads nothing but what it brings: its own style, and where it needs one, its own script. */
export function pagePolicy(style: string, more = ''): string {
  return `default-src 'none'; style-src ${hash(style)}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'${more}`
}

/** The policy of the API page: scripts of this server and the one inline; nothing is fetched from anywhere else. */
export function apiPagePolicy(script: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${hash(script)}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
