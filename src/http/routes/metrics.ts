// Owns /metrics for Prometheus: what the parts count anyway, put into the metrics at the moment they are read.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Labels, Metrics, Sample } from '../../watch/metrics.ts'
import { answerOf, failures } from '../describe.ts'
import type { Room } from '../room.ts'
import { verdict } from '../verdict.ts'

const one = (value: number): readonly Sample[] => [[{}, value]]
const seconds = (milliseconds: number | null, labels: Labels): readonly Sample[] => (milliseconds === null ? [] : [[labels, milliseconds / 1000]])
const by = (label: string, counts: Readonly<Record<string, number>>): readonly Sample[] => Object.entries(counts).map(([name, count]) => [{ [label]: name }, count])

function fill(metrics: Metrics, { parts, options, doors, streams }: Room): void {
  const status = parts.status()
  const { sources, journal, disk, intake, projections, stream, mqtt } = status
  const { open, stalled, refused } = streams.counts()
  const { ready, degraded } = parts.health()
  metrics.replace('loklak_build_info', [[{ version: options.version }, 1]])
  metrics.replace('loklak_ready', one(ready ? 1 : 0))
  metrics.replace('loklak_storing', one(verdict(status, options.now()).storing ? 1 : 0))
  metrics.replace('loklak_degraded', degraded.map(({ name }) => [{ name }, 1]))
  metrics.replace('loklak_intake_drafts_total', by('outcome', intake.outcomes))
  metrics.replace('loklak_intake_invalid_total', by('reason', intake.invalid))
  metrics.replace('loklak_intake_repaired_total', by('kind', intake.repaired))
  metrics.replace('loklak_intake_quarantined_total', by('reason', intake.quarantined))
  metrics.replace('loklak_source_live', sources.map(({ name, state }) => [{ source: name }, state === 'live' ? 1 : 0]))
  metrics.replace('loklak_source_received_total', sources.map(({ name, received }) => [{ source: name }, received]))
  metrics.replace('loklak_source_dropped_total', sources.flatMap(({ name, dropped }) => by('reason', dropped).map(([labels, count]): Sample => [{ ...labels, source: name }, count])))
  metrics.replace('loklak_source_reconnects_total', sources.map(({ name, reconnects }) => [{ source: name }, reconnects]))
  metrics.replace('loklak_source_gaps', sources.map(({ name, gaps }) => [{ source: name }, gaps.length]))
  metrics.replace('loklak_source_lag_seconds', sources.flatMap(({ name, lag_ms }) => seconds(lag_ms, { source: name })))
  metrics.replace('loklak_journal_position_seconds', one(journal.position / 1e6))
  metrics.replace('loklak_journal_records_total', by('operation', journal.records))
  metrics.replace('loklak_journal_bytes', one(journal.bytes))
  metrics.replace('loklak_journal_segments', one(journal.segments))
  metrics.replace('loklak_journal_blocked', journal.blockage === null ? [] : [[{ reason: journal.blockage.reason }, 1]])
  metrics.replace('loklak_disk_free_bytes', one(disk.free))
  metrics.replace('loklak_disk_size_bytes', one(disk.total))
  metrics.replace('loklak_disk_left_days', disk.days_left === null ? [] : one(disk.days_left))
  metrics.replace('loklak_projection_position_seconds', projections.map(({ name, position }) => [{ projection: name }, position / 1e6]))
  metrics.replace('loklak_projection_lag_seconds', projections.flatMap(({ name, lag_ms }) => seconds(lag_ms, { projection: name })))
  metrics.replace('loklak_stream_connections', one(open))
  metrics.replace('loklak_stream_subscribers', [[{ state: 'live' }, stream.subscribers - stream.replaying], [{ state: 'replaying' }, stream.replaying]])
  metrics.replace('loklak_stream_delivered_total', one(stream.delivered))
  metrics.replace('loklak_stream_cut_total', [[{ reason: 'slow' }, stream.cut], [{ reason: 'stalled' }, stalled]])
  metrics.replace('loklak_stream_refused_total', one(refused))
  metrics.replace('loklak_mqtt_connected', mqtt === null ? [] : one(mqtt.connected ? 1 : 0))
  metrics.replace('loklak_mqtt_published_total', mqtt === null ? [] : one(mqtt.published))
  metrics.replace('loklak_mqtt_refused_total', mqtt === null ? [] : one(mqtt.refused))
  metrics.replace('loklak_mqtt_clients', mqtt === null || mqtt.clients === null ? [] : one(mqtt.clients))
  metrics.replace('loklak_mqtt_cut_total', mqtt === null || mqtt.cut === null ? [] : one(mqtt.cut))
  metrics.replace('loklak_mqtt_turned_away_total', mqtt === null || mqtt.turned_away === null ? [] : one(mqtt.turned_away))
  metrics.replace('loklak_http_connections', one(doors.open))
  metrics.replace('loklak_http_refused_connections_total', one(doors.refused))
}

export function addMetrics(app: FastifyInstance, room: Room): void {
  const { metrics } = room.parts
  app.get('/metrics', {
    schema: { tags: ['health'], summary: 'Metrics for Prometheus', response: { 200: answerOf('In the text format', 'text/plain', Type.String()), ...failures } },
    handler: async (_request, reply) => {
      fill(metrics, room)
      return reply.type(metrics.contentType).header('cache-control', 'no-store').send(await metrics.text())
    },
  })
}
