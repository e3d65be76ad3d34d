// Owns /dump/: the list of dumps, in the form of the original, which people and scripts read.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Segment } from '../../journal/port.ts'
import { answerOf, failures } from '../describe.ts'
import { offeredDumps } from '../dumps.ts'
import { pagePolicy } from '../headers.ts'
import { html, Html } from '../html.ts'
import type { Room } from '../room.ts'

const nameWidth = 36
const style = 'body{font-family:sans-serif;margin:1em}'

/** Bare bytes below 1024, otherwise whole K or M; right-aligned to five. */
function shortSize(bytes: number): string {
  const size = bytes < 1024 ? `${bytes}` : bytes < 1_048_576 ? `${Math.floor(bytes / 1024)}K` : `${Math.floor(bytes / 1_048_576)}M`
  return size.padStart(5)
}

/** `Sun Nov 22 19:15:00 UTC 2026` */
function dateText(time: number): string {
  const [weekday = '', day = '', month = '', year = '', clock = ''] = new Date(time).toUTCString().split(' ')
  return `${weekday.slice(0, 3)} ${month} ${day} ${clock} UTC ${year}`
}

function line({ name, modified, bytes }: Segment): Html {
  const kind = name.endsWith('.gz') ? 'gz ' : 'txt'
  return html`[${kind}] <a href="${name}">${name}</a>${' '.repeat(Math.max(1, nameWidth - name.length))}${dateText(modified)}  ${shortSize(bytes)}
`
}

function listing(dumps: readonly Segment[], message: string): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Index of /dump</title><style>${new Html(style)}</style></head>
<body>
<h1>Index of /dump</h1>
<pre>
${dumps.map(line)}</pre>
<hr>
${message === '' ? [] : html`<p>${message}</p>
`}<p>These are all the messages that this loklak server keeps: one JSON object a line, in UTF-8. The newest file is still being written.
To import dumps into a loklak server of your own, put them into its folder <tt>data/dump/import/</tt>.</p>
</body>
</html>
`.source
}

export function addDumpList(app: FastifyInstance, room: Room): void {
  app.get('/dump/', {
    schema: {
      tags: ['dumps'],
      summary: 'List of dumps, as a page',
      response: { 200: answerOf('`Index of /dump`', 'text/html', Type.String()), ...failures },
    },
    handler: (_request, reply) => {
      const page = listing(offeredDumps(room), room.options.dumps.message)
      return reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy(style)).header('cache-control', 'public, max-age=60').send(page)
    },
  })
  app.get('/dump', { schema: { hide: true }, handler: (_request, reply) => reply.redirect('/dump/', 301) })
}
