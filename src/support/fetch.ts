// Owns the one fetch for addresses that the operator configured, which may be private. Never to be used for an address
// that came from a caller or from a message.

export interface FetchOptions {
  readonly signal: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until the whole body must be there. */
  readonly timeout: number
  /** The largest body that is taken, in bytes after decompression. */
  readonly mostBytes: number
}

export interface Fetched {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

const mostRedirects = 3
const redirects = new Set([301, 302, 303, 307, 308])

async function readBody(response: Response, mostBytes: number, where: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop by an error cancels the body and closes its connection.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Error(`${where}: the body is larger than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function withoutCredentials(url: URL): { url: URL; authorization: Record<string, string> } {
  if (url.username === '' && url.password === '') return { url, authorization: {} }
  const bare = new URL(url)
  bare.username = bare.password = ''
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { url: bare, authorization: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }
}

/** GETs an address. Redirects are followed on the same host only. Throws with the address (no credentials, no query) and the cause. */
export async function fetchOperator(address: string, options: FetchOptions): Promise<Fetched> {
  const { url: first, authorization } = withoutCredentials(new URL(address))
  const where = `${first.origin}${first.pathname}`
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeout)])
  const headers = { ...options.headers, ...authorization }
  try {
    for (let url = first, hops = 0; ; hops++) {
      // oxlint-disable-next-line no-restricted-globals -- this is one of the two places that the rule points to
      const response = await fetch(url, { headers, signal, redirect: 'manual' })
      const location = response.headers.get('location')
      if (!redirects.has(response.status) || location === null) {
        return { status: response.status, headers: response.headers, body: await readBody(response, options.mostBytes, where) }
      }
      await response.body?.cancel()
      const next = new URL(location, url)
      if (next.host !== first.host || next.protocol < url.protocol) throw new Error(`${where}: redirects to ${next.origin}, which is another host`)
      if (hops === mostRedirects) throw new Error(`${where}: redirects without end`)
      url = next
    }
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof Error && error.message.startsWith(where)) throw error
    if (signal.aborted) throw new Error(`${where}: no answer within ${options.timeout} ms`, { cause: error })
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new Error(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause: error })
  }
}
