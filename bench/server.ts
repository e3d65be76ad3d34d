// Owns a server under measure: the program as `npm start` runs it, and what it says of itself.
import { request } from 'node:http'
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
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve(text)).on('error', reject)
    }).on('error', reject).end()
  })
