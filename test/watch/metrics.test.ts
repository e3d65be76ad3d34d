import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, metricsDocument, metricTable } from '../../src/watch/metrics.ts'

const values = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const of = (text: string, name: string): string[] => values(text).filter((line) => line.startsWith(name))

test('every metric of the table is announced with its help', async () => {
  const text = await createMetrics({ process: false }).text()
  for (const [name, { kind, help }] of Object.entries(metricTable)) {
    assert.ok(text.includes(`# HELP ${name} ${help}\n`), name)
    assert.ok(text.includes(`# TYPE ${name} ${kind}\n`), name)
  }
})

test('samples replace those before: what is gone is not shown, totals are not added up', async () => {
  const metrics = createMetrics({ process: false })
  metrics.replace('loklak_intake_drafts_total', [[{ outcome: 'new' }, 5], [{ outcome: 'known' }, 2]])
  metrics.replace('loklak_intake_drafts_total', [[{ outcome: 'new' }, 8]])
  assert.deepEqual(of(await metrics.text(), 'loklak_intake_drafts_total'), ['loklak_intake_drafts_total{outcome="new"} 8'])
})

test('a value that nobody knows is not shown as 0', async () => {
  const metrics = createMetrics({ process: false })
  metrics.replace('loklak_disk_left_days', [])
  assert.deepEqual(of(await metrics.text(), 'loklak_disk_left_days'), [])
  metrics.replace('loklak_disk_left_days', [[{}, 12]])
  assert.deepEqual(of(await metrics.text(), 'loklak_disk_left_days'), ['loklak_disk_left_days 12'])
})

test('a histogram counts what was observed', async () => {
  const metrics = createMetrics({ process: false })
  metrics.observe('loklak_http_request_seconds', { route: '/', method: 'GET', status: '2xx' }, 0.004)
  const text = await metrics.text()
  assert.ok(text.includes('loklak_http_request_seconds_count{route="/",method="GET",status="2xx"} 1'))
  assert.ok(text.includes('loklak_http_request_seconds_bucket{le="0.0025",route="/",method="GET",status="2xx"} 0'))
  assert.ok(text.includes('loklak_http_request_seconds_bucket{le="0.005",route="/",method="GET",status="2xx"} 1'))
})

test('a metric is used as what it is', () => {
  const metrics = createMetrics({ process: false })
  assert.throws(() => metrics.observe('loklak_ready', {}, 1), TypeError)
  assert.throws(() => metrics.replace('loklak_http_request_seconds', []), TypeError)
})

test('the document has a row for each metric', () => {
  const rows = metricsDocument().split('\n').filter((line) => line.startsWith('| `'))
  assert.deepEqual(rows.map((row) => row.split('`')[1]), Object.keys(metricTable))
})
