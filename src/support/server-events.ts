// Owns reading server-sent events while they come in (WHATWG HTML, 9.2.6).

export interface ServerEvent {
  /** The last id so far. */
  readonly id: string
  readonly event: string
  /** Undefined where only the id moved on. */
  readonly data: string | undefined
}

/** Characters of one event at most. */
const mostLength = 8_000_000

/** Splits text into lines as it comes; the last one, without its end, is no line. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > mostLength) throw new Error(`a line of more than ${mostLength} characters`)
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
}

/** The events of a stream. Throws where one is larger than any that is meant. */
export async function* readEvents(chunks: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let id = ''
  let event = ''
  let data: string[] = []
  let length = 0
  for await (const line of linesOf(chunks)) {
    if (line === '') {
      yield { id, event: event === '' ? 'message' : event, data: data.length === 0 ? undefined : data.join('\n') }
      event = ''
      data = []
      length = 0
      continue
    }
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'event') event = value
    else if (name === 'data') {
      length += value.length
      if (length > mostLength) throw new Error(`an event of more than ${mostLength} characters`)
      data.push(value)
    }
  }
}
