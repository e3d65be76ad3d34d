// Owns asking a running loklak over HTTP, as its clients do, and reading what it answers.
import { fetchOperator } from '../../src/support/fetch.ts'
import { isObject, parseJson, type JsonObject } from '../../src/support/json.ts'
import type { Loklak } from './loklak.ts'
import { until } from './until.ts'

export type Parameters = Readonly<Record<string, string>>

/** The body of an answer that is 200. Throws with what is answered otherwise. */
export async function ask(server: Pick<Loklak, 'url'>, path: string, parameters: Parameters = {}): Promise<string> {
  const address = `${server.url()}${path}?${new URLSearchParams(parameters).toString()}`
  const { status, body } = await fetchOperator(address, { signal: AbortSignal.timeout(20_000), timeout: 20_000, mostBytes: 1e8 })
  if (status !== 200) throw new Error(`${address}: ${status} ${body.toString('utf8').slice(0, 500)}`)
  return body.toString('utf8')
}

export async function askJson(server: Pick<Loklak, 'url'>, path: string, parameters: Parameters = {}): Promise<JsonObject> {
  const answer = parseJson(await ask(server, path, parameters))
  if (!isObject(answer)) throw new Error(`${path}: not an object`)
  return answer
}

export interface Found {
  readonly hits: number
  readonly statuses: readonly JsonObject[]
  readonly aggregations: JsonObject
  readonly metadata: JsonObject
}

/** Searches; up to 100 hits unless it is told otherwise. */
export async function search(server: Pick<Loklak, 'url'>, q: string, parameters: Parameters = {}): Promise<Found> {
  const { search_metadata: metadata, statuses, aggregations } = await askJson(server, '/api/search.json', { q, count: '100', ...parameters })
  if (!isObject(metadata) || !Array.isArray(statuses) || !isObject(aggregations)) throw new Error(`${q}: not an answer to a search`)
  if (metadata['partial'] !== undefined) throw new Error(`${q}: a partial answer: ${JSON.stringify(metadata)}`)
  return { hits: Number(metadata['hits']), statuses: statuses.filter(isObject), aggregations, metadata }
}

/** Resolves when everything that is in the dumps can be found. */
export async function indexed(server: Pick<Loklak, 'url' | 'output'>): Promise<void> {
  await until('the index is where the journal is', async () => {
    const { journal, projections } = await askJson(server, '/api/status.json')
    const index: unknown = Array.isArray(projections) ? projections.find((projection: unknown) => isObject(projection) && projection['name'] === 'index') : undefined
    return isObject(journal) && isObject(index) && index['position'] === journal['position'] ? true : undefined
  }, { describe: () => server.output() })
}
