// Owns finding the examples of docs/stream.md, so that they are run as they stand there.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const document = readFileSync(join(import.meta.dirname, '../../docs/stream.md'), 'utf8')

/** The first example in a language that has something in it, for the server at `host:port`. */
export function example(language: string, having: string, server: string): string {
  const [, , code = ''] = [...document.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].find(([, of, code = '']) => of === language && code.includes(having)) ?? []
  assert.notEqual(code, '', `no example in ${language}`)
  return code.replaceAll('localhost:9000', server)
}
