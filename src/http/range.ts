// Owns what a client asks of a file that it may have parts of already: conditions and one range of bytes (RFC 9110).
import type { IncomingHttpHeaders } from 'node:http'

export interface FileState {
  readonly size: number
  /** Milliseconds since 1970, whole seconds as in HTTP. */
  readonly modified: number
  readonly etag: string
}

/** What to answer: the whole, a part (both ends are in it), nothing new, or that there is no such part. */
export type Wanted = { readonly kind: 'whole' | 'unchanged' | 'none' } | { readonly kind: 'part'; readonly start: number; readonly end: number }

/** Whether an If-None-Match names a tag, weakly compared. */
export const sameTag = (list: string, etag: string): boolean => list.trim() === '*' || list.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)

function isUnchanged(headers: IncomingHttpHeaders, { etag, modified }: FileState): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return sameTag(tags, etag)
  const since = Date.parse(headers['if-modified-since'] ?? '')
  return modified <= since
}

/** Whether the range may be given: the part that the client has is of the file as it is. */
function isSame(condition: string | undefined, { etag, modified }: FileState): boolean {
  if (condition === undefined) return true
  return condition.startsWith('"') ? condition === etag : Date.parse(condition) === modified
}

function part(range: string, size: number): Wanted {
  // Several ranges, or what is no range: a server may ignore it and give the whole.
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range.trim()) ?? []
  if (first === '' && last === '') return { kind: 'whole' }
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < start) return { kind: 'whole' }
  return start < size && start <= end ? { kind: 'part', start, end } : { kind: 'none' }
}

/** What a GET wants of a file. A HEAD has no range. */
export function wanted(headers: IncomingHttpHeaders, file: FileState, method: string): Wanted {
  if (isUnchanged(headers, file)) return { kind: 'unchanged' }
  const { range } = headers
  if (range === undefined || method === 'HEAD') return { kind: 'whole' }
  const condition = headers['if-range']
  return isSame(typeof condition === 'string' ? condition : undefined, file) ? part(range, file.size) : { kind: 'whole' }
}
