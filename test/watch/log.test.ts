import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, type LogOptions } from '../../src/watch/log.ts'
import { LoklakError } from '../../src/watch/errors.ts'

function written(options: Partial<LogOptions> & { readonly isTTY?: boolean }, write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  const { isTTY = false, ...rest } = options
  write(createLog({ level: 'info', format: 'auto', to: { write: (text) => lines.push(text), isTTY }, ...rest }))
  return lines.join('')
}

test('a machine reads JSON lines with time, level and fields', () => {
  const line = written({}, (log) => log.child({ room: 'journal' }).warn({ bytes: 12 }, 'sealed'))
  const { time, ...rest } = JSON.parse(line)
  assert.deepEqual(rest, { level: 'warn', room: 'journal', bytes: 12, msg: 'sealed' })
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.ok(line.endsWith('}\n'))
})

test('a person at a terminal reads one plain line', () => {
  const line = written({ format: 'pretty' }, (log) => log.child({ room: 'journal' }).info({ file: 'a b', n: 3 }, 'sealed'))
  assert.match(line, /^\d\d:\d\d:\d\d INFO {2}journal sealed file="a b" n=3\n$/)
})

test('auto is pretty on a terminal only, and coloured there', () => {
  assert.ok(written({ isTTY: true }, (log) => log.info('x')).includes('\u001b[32mINFO'))
  assert.match(written({ isTTY: false }, (log) => log.info('x')), /^\{/)
})

test('an error is logged with its stack and its code', () => {
  const error = new LoklakError('PORT_IN_USE', '127.0.0.1:9000', { cause: new Error('EADDRINUSE') })
  const { err } = JSON.parse(written({}, (log) => log.error({ err: error }, 'no start')))
  assert.equal(err.code, 'PORT_IN_USE')
  assert.match(err.stack, /log\.test\.ts/)
  assert.match(written({ format: 'pretty' }, (log) => log.error({ err: error }, 'no start')), /no start\nLoklakError: The port is taken/)
})

test('the level holds back what is below it', () => {
  assert.equal(written({ level: 'error' }, (log) => log.warn('x')), '')
})

test('nothing secret is written, by whatever name and however deep', () => {
  const secrets = { password: 'S1', api_key: 'S2', deep: { list: [{ Authorization: 'S3', 'set-cookie': 'S4' }], accessToken: 'S5' } }
  for (const format of ['json', 'pretty'] as const) {
    const line = written({ format }, (log) => log.info(secrets, 'connected to mqtt://user:S6@broker:1883?token=S7&x=1'))
    assert.doesNotMatch(line, /S\d/)
    assert.match(line, /mqtt:\/\/\*\*\*@broker:1883\?token=\*\*\*&x=1/)
  }
})

test('a password with an @ in it is masked to its end, and so is one without a name', () => {
  const line = written({}, (log) => log.info('connected to mqtt://joe:p@S1@broker and wss://S2@host/@ann'))
  assert.doesNotMatch(line, /S\d/)
  assert.match(line, /mqtt:\/\/\*\*\*@broker and wss:\/\/\*\*\*@host\/@ann/)
})

test('a secret in the message of an error is masked too', () => {
  const line = written({}, (log) => log.error({ err: new Error('cannot reach wss://me:S1@host/') }, 'failed'))
  assert.doesNotMatch(line, /S1/)
})

test('what others sent cannot steer the terminal', () => {
  const line = written({ format: 'pretty' }, (log) => log.info({ frame: '\u001b[2J' }, 'bad \u001b]0;title\u0007'))
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(line, /[\u001b\u0007]/)
})
