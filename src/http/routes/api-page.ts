// Owns /api/: a page to read and try the API. Its script is large and seldom wanted, so it is loaded when first asked for.
// The page comes whole from this server; its policy lets it talk to nothing else, whatever the script would like to.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { apiPagePolicy } from '../headers.ts'
import { html, Html } from '../html.ts'

const appearance = {
  url: '/api/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true, hideAddApi: true },
  mcp: { disabled: true },
  proxyUrl: '',
}
const start = `Scalar.createApiReference('#app', ${JSON.stringify(appearance)})`

const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>loklak API</title><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript. The same, for programs: <a href="/api/openapi.json">openapi.json</a></noscript>
<script src="/api/page.js"></script>
<script>${new Html(start)}</script>
</body>
</html>
`.source

/** The script, compressed. Its package gives it to a Fastify server only, so one is made for the moment. */
async function loadScript(): Promise<Buffer> {
  const { default: reference } = await import('@scalar/fastify-api-reference')
  const carrier = Fastify()
  await carrier.register(reference, { routePrefix: '/page', configuration: { url: appearance.url } })
  const { statusCode, rawPayload } = await carrier.inject('/page/js/scalar.js')
  await carrier.close()
  if (statusCode !== 200) throw new Error(`the script of the API page: ${statusCode}`)
  return promisify(gzip)(rawPayload)
}

export function addApiPage(app: FastifyInstance): void {
  let script: Promise<Buffer> | undefined
  app.get('/api/', {
    schema: { hide: true },
    handler: (_request, reply) => reply.type('text/html; charset=utf-8').header('content-security-policy', apiPagePolicy(start)).header('cache-control', 'public, max-age=600').send(page),
  })
  app.get('/api', { schema: { hide: true }, handler: (_request, reply) => reply.redirect('/api/', 301) })
  app.get('/api/page.js', {
    schema: { hide: true },
    handler: async (_request, reply) => {
      script ??= loadScript()
      // All browsers that can run it take gzip.
      return reply.type('application/javascript; charset=utf-8').header('content-encoding', 'gzip').header('cache-control', 'public, max-age=86400').send(await script)
    },
  })
}
