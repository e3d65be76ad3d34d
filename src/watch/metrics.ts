// Owns the one table of metrics and their registry. Does not know where a value comes from: what the parts count anyway is
// put in just before it is read (`replace`), only what nobody else counts is counted here (`add`, `observe`).
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

interface MetricEntry {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly labels: readonly string[]
  readonly help: string
}

export const metricTable = {
  loklak_build_info: { kind: 'gauge', labels: ['version'], help: 'Always 1; the version that runs.' },
  loklak_ready: { kind: 'gauge', labels: [], help: '1 while requests should be sent here.' },
  loklak_storing: { kind: 'gauge', labels: [], help: '1 while what the network publishes is being stored.' },
  loklak_degraded: { kind: 'gauge', labels: ['name'], help: '1 for each dependency that is down or behind.' },
  loklak_intake_drafts_total: { kind: 'counter', labels: ['outcome'], help: 'What became of everything offered since the start.' },
  loklak_intake_invalid_total: { kind: 'counter', labels: ['reason'], help: 'Offers that were refused, by reason.' },
  loklak_intake_repaired_total: { kind: 'counter', labels: ['kind'], help: 'What a source gave wrong and could be put right.' },
  loklak_intake_quarantined_total: { kind: 'counter', labels: ['reason'], help: 'What was set aside for a person to look at, by reason.' },
  loklak_source_live: { kind: 'gauge', labels: ['source'], help: '1 while a source follows its network live.' },
  loklak_source_received_total: { kind: 'counter', labels: ['source'], help: 'Messages received since the start.' },
  loklak_source_dropped_total: { kind: 'counter', labels: ['source', 'reason'], help: 'Frames that were skipped, by reason.' },
  loklak_source_reconnects_total: { kind: 'counter', labels: ['source'], help: 'Times that a source had to connect again.' },
  loklak_source_gaps: { kind: 'gauge', labels: ['source'], help: 'Stretches of time that are known to be missing.' },
  loklak_source_lag_seconds: { kind: 'gauge', labels: ['source'], help: 'How far a source is behind its network.' },
  loklak_journal_position_seconds: { kind: 'gauge', labels: [], help: 'When the last stored record was accepted, in seconds since 1970.' },
  loklak_journal_records_total: { kind: 'counter', labels: ['operation'], help: 'Records stored since the start, by operation.' },
  loklak_journal_bytes: { kind: 'gauge', labels: [], help: 'Bytes of all dumps.' },
  loklak_journal_segments: { kind: 'gauge', labels: [], help: 'Number of dumps.' },
  loklak_journal_blocked: { kind: 'gauge', labels: ['reason'], help: '1 while the journal cannot store, by reason.' },
  loklak_disk_free_bytes: { kind: 'gauge', labels: [], help: 'Bytes free on the disk of the data folder.' },
  loklak_disk_size_bytes: { kind: 'gauge', labels: [], help: 'Bytes of the disk of the data folder.' },
  loklak_disk_left_days: { kind: 'gauge', labels: [], help: 'Days until the disk is full at the present rate.' },
  loklak_projection_position_seconds: { kind: 'gauge', labels: ['projection'], help: 'Up to where a projection followed the journal, in seconds since 1970.' },
  loklak_projection_lag_seconds: { kind: 'gauge', labels: ['projection'], help: 'How far a projection is behind the journal.' },
  loklak_stream_connections: { kind: 'gauge', labels: [], help: 'Open streams over HTTP and WebSocket.' },
  loklak_stream_subscribers: { kind: 'gauge', labels: ['state'], help: 'Subscriptions that are told what happens, or what was before.' },
  loklak_stream_delivered_total: { kind: 'counter', labels: [], help: 'Events sent since the start.' },
  loklak_stream_cut_total: { kind: 'counter', labels: ['reason'], help: 'Readers that were too slow, or took nothing any more.' },
  loklak_stream_refused_total: { kind: 'counter', labels: [], help: 'Streams for which there was no place.' },
  loklak_mqtt_connected: { kind: 'gauge', labels: [], help: '1 while messages are published by MQTT, 0 while the broker is away; absent where that is not wanted.' },
  loklak_mqtt_published_total: { kind: 'counter', labels: [], help: 'Publications by MQTT since the start, repeats among them; one message is one for each of its topics.' },
  loklak_mqtt_refused_total: { kind: 'counter', labels: [], help: 'Records since the start that could not be published by MQTT.' },
  loklak_mqtt_clients: { kind: 'gauge', labels: [], help: 'Listeners of the broker inside; absent where the broker is elsewhere.' },
  loklak_mqtt_cut_total: { kind: 'counter', labels: [], help: 'Listeners of the broker inside since the start that were thrown out because they took too little; absent where the broker is elsewhere.' },
  loklak_mqtt_turned_away_total: { kind: 'counter', labels: [], help: 'By the broker inside, since the start: connections without a place, too large packets, too many subscriptions; absent where the broker is elsewhere.' },
  loklak_http_request_seconds: { kind: 'histogram', labels: ['route', 'method', 'status'], help: 'How long requests took, by route and class of status.' },
  loklak_http_connections: { kind: 'gauge', labels: [], help: 'Open connections.' },
  loklak_http_refused_connections_total: { kind: 'counter', labels: [], help: 'Connections refused because there were too many.' },
} as const satisfies Record<string, MetricEntry>

type MetricName = keyof typeof metricTable
export type Labels = Readonly<Record<string, string>>
export type Sample = readonly [labels: Labels, value: number]

export interface Metrics {
  /** Puts in all the samples of a gauge or counter; samples not given are gone. */
  replace(name: MetricName, samples: readonly Sample[]): void
  /** Adds to a histogram. */
  observe(name: MetricName, labels: Labels, value: number): void
  /** Everything in the text format of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** `process` adds what Node tells about memory, processor, event loop and collection of garbage. */
export function createMetrics({ process }: { readonly process: boolean }): Metrics {
  const registry = new Registry()
  const metrics = new Map<string, Counter | Gauge | Histogram>()
  for (const [name, { kind, labels, help }] of Object.entries<MetricEntry>(metricTable)) {
    const common = { name, help, labelNames: [...labels], registers: [registry] }
    metrics.set(name, kind === 'counter' ? new Counter(common) : kind === 'gauge' ? new Gauge(common) : new Histogram({ ...common, buckets: seconds }))
  }
  if (process) collectDefaultMetrics({ register: registry })

  return {
    replace(name, samples) {
      const metric = metrics.get(name)
      if (metric === undefined || metric instanceof Histogram) throw new TypeError(`${name} is not a gauge or counter`)
      metric.reset()
      // A metric without labels shows 0 after a reset; one that has no value should not be shown as 0.
      if (samples.length === 0 && metricTable[name].labels.length === 0) metric.remove()
      for (const [labels, value] of samples) metric.inc(labels, value)
    },
    observe(name, labels, value) {
      const metric = metrics.get(name)
      if (!(metric instanceof Histogram)) throw new TypeError(`${name} is not a histogram`)
      metric.observe(labels, value)
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

/** The table as Markdown, for the documentation. */
export function metricsDocument(): string {
  const rows = Object.entries<MetricEntry>(metricTable).map(([name, { kind, labels, help }]) => `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help} |`)
  return ['| metric | kind | labels | meaning |', '|---|---|---|---|', ...rows, ''].join('\n')
}
