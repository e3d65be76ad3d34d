// Owns /: a small page that says what this server collects and where everything is. It loads nothing from anywhere.
import type { FastifyInstance } from 'fastify'
import type { SourceState } from '../../sources/source.ts'
import type { Degradation } from '../../watch/health.ts'
import { pagePolicy } from '../headers.ts'
import { generatedNotice } from '../generated.ts'
import { html, Html } from '../html.ts'
import type { Status } from '../parts.ts'
import type { Room } from '../room.ts'
import { searchForm } from '../search-form.ts'
import { style } from '../style.ts'
import { isFollowing, verdict, type Verdict } from '../verdict.ts'

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
function size(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`
}

const minutes = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`
const rate = (perSecond: number): string => `${perSecond.toFixed(perSecond < 10 ? 1 : 0)} a second`

const row = (name: string, value: Html | string): Html => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>
`

function sourceRow(source: SourceState): Html {
  const { name, state, reason, rate: perSecond, lag_ms, last_message_at, gaps } = source
  const facts = [
    rate(perSecond),
    ...(last_message_at === null ? [] : [`last message ${minutes(last_message_at)}`]),
    ...(lag_ms === null ? [] : [`${(lag_ms / 1000).toFixed(1)} s behind the network`]),
    ...(gaps.length === 0 ? [] : [`known gaps: ${gaps.length}`]),
  ]
  const health = state === 'live' ? 'good' : isFollowing(source) ? 'bad' : 'idle'
  return row(name, html`<span class="${health}">${state}</span>${reason === null ? '' : `: ${reason}`}<br>${facts.join(', ')}`)
}

function storing({ storing, reason, last_stored_at }: Verdict): Html {
  const last = last_stored_at === null ? '' : ` Last stored: ${minutes(last_stored_at)}.`
  return storing ? html`<p class="good">Everything that arrives is stored.${last}</p>` : html`<p class="bad"><strong>Nothing new is being stored:</strong> ${reason ?? ''}.${last}</p>`
}

function keeping({ journal, disk, counts }: Status): Html {
  const left = disk.days_left === null ? '' : `, enough for ${disk.days_left < 1 ? 'less than a day' : `${Math.floor(disk.days_left)} days`} at this rate`
  return html`<table>
${row('stored', `${rate(journal.rate)}, ${size(journal.bytes)} in ${journal.segments} dumps${counts.messages === 0 ? '' : `, ${counts.messages} messages`}`)}${row('disk', `${size(disk.free)} free of ${size(disk.total)}${left}`)}</table>`
}

const trouble = ({ name, reason }: Degradation): Html => html`<li class="bad">${name}: ${reason}</li>`

function page(room: Room): string {
  const { parts, options } = room
  const status = parts.status()
  const { degraded } = parts.health()
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${options.generated ? 'loklak demo' : 'loklak'}</title><meta name="viewport" content="width=device-width, initial-scale=1"><style>${new Html(style)}</style></head>
<body>
<h1>${options.generated ? 'loklak demo' : 'loklak'}</h1>
<p>${options.generated ? generatedNotice : 'This server collects the public social web, keeps it as plain text dumps, and serves it to everybody.'}</p>
${searchForm('')}${storing(verdict(status, options.now()))}
${degraded.length === 0 ? [] : html`<ul>${degraded.map(trouble)}</ul>`}
<h2>What is collected</h2>
<table>
${status.sources.filter(({ state }) => state !== 'disabled').map(sourceRow)}</table>
<h2>What is kept</h2>
${keeping(status)}
<h2>Where to go on</h2>
<ul>
<li><a href="/dump/">Dumps</a> of everything, for download</li>
<li><a href="/api/">API</a>, and its description for programs: <a href="/api/openapi.json">openapi.json</a></li>
<li><a href="/api/status.json">Status</a>, <a href="/api/health/ready">health</a> and <a href="/metrics">metrics</a></li>
</ul>
<p>loklak ${options.version}</p>
</body>
</html>
`.source
}

export function addStart(app: FastifyInstance, room: Room): void {
  app.get('/', {
    schema: { hide: true },
    handler: (_request, reply) => reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy(style)).header('cache-control', 'no-store').send(page(room)),
  })
}
