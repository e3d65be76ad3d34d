// Owns a server under measure: the program as `npm start` runs it, and what it says of itself.
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { start, type Child } from './process.ts'

export interface Served {
  readonly child: Child
  readonly url: string
  readonly readyMillis: number
}

/** As package.json has them. */
const flags = ['--max-semi-space-size=8']

export async function serve(folder: string, ...settings: string[]): Promise<Served> {
  const begun = performance.now()
  const child = start([...flags, 'loklak.js', '--port.http=0', `--data.path=${folder}`, '--source.bluesky.appview.url=', '--log.level=error', '--server.requests.rate=0', '--disk.floor=0', ...settings])
  const url = (await child.line(/listening on http/)).split(' ').at(-1) ?? ''
  return { child, url, readyMillis: performance.now() - begun }
}

export const get = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request(url, (response) => {
      let text = ''
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`${url}: ${response.statusCode} ${text.slice(0, 300)}`))))
        .on('error', reject)
    }).on('error', reject).end()
  })

/** Reads an answer and throws it away, so that what is measured is the server and little of the client. */
export const drain = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    request(url, (response) => {
      response
        .on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${response.statusCode}`))))
        .on('error', reject)
        .resume()
    }).on('error', reject).end()
  })

interface Status {
  readonly intake: { readonly outcomes: { readonly new: number } }
  readonly journal: { readonly position: number }
  readonly projections: readonly { readonly name: string; readonly position: number }[]
}

const status = async (url: string): Promise<Status> => JSON.parse(await get(`${url}/api/status.json?minified=true`))

/** Messages that came in since it was started. */
export const taken = async (url: string): Promise<number> => (await status(url)).intake.outcomes.new

/** Resolves when so many messages have come in since it was started, and all that is kept can be found. */
export async function searchable(url: string, count: number): Promise<void> {
  for (;;) {
    const { intake, journal, projections } = await status(url)
    const index = projections.find(({ name }) => name === 'index')
    if (intake.outcomes.new >= count && index !== undefined && index.position >= journal.position) return
    await sleep(50)
  }
}
