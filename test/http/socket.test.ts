import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { socketAddress, unanswered } from '../../src/http/socket.ts'
import { refusedWith, temporaryFolder } from './open.ts'

const folder = temporaryFolder()
const failure = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })

test('nobody answers: there is no server, or this user may not speak to it, and why', () => {
  const file = join(folder, 'a.sock')
  writeFileSync(file, '')
  chmodSync(file, 0o600)
  assert.ok(refusedWith('SERVER_UNREACHABLE', file)(unanswered(file, failure('ENOENT'))))
  assert.ok(refusedWith('SERVER_UNREACHABLE', file)(unanswered(file, failure('ECONNREFUSED'))))
  assert.ok(refusedWith('SOCKET_FORBIDDEN', `${file} has the mode 0600 and belongs to user ${process.getuid?.() ?? ''}.`)(unanswered(file, failure('EACCES'))))
  assert.ok(refusedWith('SOCKET_FORBIDDEN', 'lies in a folder that this user may not enter')(unanswered(join(folder, 'b.sock'), failure('EACCES'))))
})

test('a folder with a long name that is not there has no server', { skip: process.platform === 'linux' ? false : 'long names need /proc' }, () => {
  assert.throws(() => socketAddress(join(folder, 'x'.repeat(120), 'loklak.sock')), refusedWith('SERVER_UNREACHABLE', 'loklak.sock'))
})
