import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readWords, type Takes } from '../../src/settings/arguments.ts'

const takes = (name: string): Takes => (name === 'help' ? 'none' : name === 'quick' ? 'switch' : 'value')
const words = (...argv: string[]): unknown[] => [...readWords(argv, takes)].map((word) => ('argument' in word ? word.argument : [word.name, word.text]))

describe('words of a command line', () => {
  test('a value stands behind = or is the next word', () => {
    assert.deepEqual(words('--port=1', '--port', '2', 'file'), [['port', '1'], ['port', '2'], 'file'])
    assert.deepEqual(words('--q=a=b', '--q='), [['q', 'a=b'], ['q', '']])
  })

  test('a value may begin with one minus, and not with two', () => {
    assert.deepEqual(words('--since', '-36h'), [['since', '-36h']])
    assert.deepEqual(words('--since', '--port=1'), [['since', undefined], ['port', '1']])
    assert.deepEqual(words('--since'), [['since', undefined]])
  })

  test('a switch is true by itself and takes only a truth from the next word', () => {
    assert.deepEqual(words('--quick', 'file'), [['quick', 'true'], 'file'])
    assert.deepEqual(words('--quick', 'false', '--quick=off', '--quick'), [['quick', 'false'], ['quick', 'off'], ['quick', 'true']])
  })

  test('what takes nothing leaves the next word alone', () => assert.deepEqual(words('--help', 'import'), [['help', undefined], 'import']))

  test('after -- all are arguments', () => assert.deepEqual(words('a', '--', '--port=1', '--', '-x'), ['a', '--port=1', '--', '-x']))

  test('one minus is an argument', () => assert.deepEqual(words('-', '-x'), ['-', '-x']))

  test('what a name takes may depend on the words before', () => {
    let seen = false
    const read = readWords(['go', '--quick', 'x'], () => (seen ? 'switch' : 'value')).map((word) => { seen = true; return word }).toArray()
    assert.deepEqual(read, [{ argument: 'go' }, { name: 'quick', text: 'true' }, { argument: 'x' }])
  })
})
