// The rules of the house that a machine can see: which way imports point, how long a file may be, what may leave the machine.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')

/** The rooms from top to bottom, the way of the data; a room imports only from rooms below it. */
const rooms = ['(entry)', 'cli', 'http', 'peers', 'stream', 'index', 'harvest', 'sources', 'intake', 'enrich', 'journal', 'query', 'message', 'settings', 'watch', 'support']

const roomOf = (path: string): string => {
  const [first = '', second] = relative(src, path).split('/')
  return second === undefined ? '(entry)' : first
}

async function sourceFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => name.endsWith('.ts') && !name.includes('node_modules')).map((name) => join(folder, name))
}

const importPattern = /(?:from|import)\s*\(?\s*'(\.[^']+)'|new URL\('(\.[^']+\.ts)'/g

const importsOf = (path: string, text: string): string[] => Array.from(text.matchAll(importPattern), ([, module, worker]) => resolve(dirname(path), module ?? worker ?? ''))

test('every file of src lies in a room that the design knows', async () => {
  for (const file of await sourceFiles(src)) assert.ok(rooms.includes(roomOf(file)), `${relative(root, file)}: no such room`)
})

test('imports point only downward', async () => {
  const wrong: string[] = []
  let seen = 0
  for (const file of await sourceFiles(src)) {
    for (const imported of importsOf(file, await readFile(file, 'utf8'))) {
      seen++
      if (imported.startsWith(src) && rooms.indexOf(roomOf(imported)) < rooms.indexOf(roomOf(file))) wrong.push(`${relative(root, file)} → ${relative(root, imported)}`)
    }
  }
  assert.ok(seen > 100, 'the pattern finds imports at all')
  assert.deepEqual(wrong, [])
})

test('an arrow that goes up is found', () => {
  const file = join(src, 'journal', 'x.ts')
  assert.deepEqual(importsOf(file, `import { a } from '../http/server.ts'`).map(roomOf), ['http'])
  assert.ok(rooms.indexOf('http') < rooms.indexOf(roomOf(file)))
})

test('no file is two', async () => {
  const long: string[] = []
  for (const file of [...(await sourceFiles(src)), ...(await sourceFiles(join(root, 'bench')))]) {
    const lines = (await readFile(file, 'utf8')).split('\n').length
    if (lines > 300) long.push(`${relative(root, file)}: ${lines} lines`)
  }
  assert.deepEqual(long, [])
})

test('a room begins by saying what it owns', async () => {
  const silent: string[] = []
  for (const file of await sourceFiles(src)) {
    const text = await readFile(file, 'utf8')
    if (!/^(#!.*\n)?\/\/ /.test(text)) silent.push(relative(root, file))
  }
  assert.deepEqual(silent, [])
})

test('only support opens connections by fetch, and nothing is fetched from an address in the code but what settings say', async () => {
  const wrong: string[] = []
  for (const file of await sourceFiles(src)) {
    const room = roomOf(file)
    const text = await readFile(file, 'utf8')
    if (room !== 'support' && /\bfetch\(/.test(text.replaceAll(/\/\/.*|\/\*[^]*?\*\//g, ''))) wrong.push(relative(root, file))
  }
  assert.deepEqual(wrong, [])
})

const loadPattern = /^(?:import|export)\s+(?!type\b)(?:[^'"]*?\sfrom\s+)?'([^']+)'/gm

/** The packages that are loaded with a file, by what it imports and what that imports; not what is imported only when it is needed. */
async function packagesOf(entry: string): Promise<Set<string>> {
  const packages = new Set<string>()
  const files = new Set([join(src, entry)])
  for (const file of files) {
    for (const [, module = ''] of (await readFile(file, 'utf8')).matchAll(loadPattern)) {
      if (module.startsWith('.')) files.add(resolve(dirname(file), module))
      else if (!module.startsWith('node:')) packages.add(module)
    }
  }
  return packages
}

test('commands and threads start light: they load no package before it is needed', async () => {
  for (const entry of ['main.ts', 'journal/rewrite-worker.ts', 'index/sqlite/read/reader.ts']) assert.deepEqual([...(await packagesOf(entry))], [], entry)
  // The lengths of a text without its links are stored: these find links.
  assert.deepEqual([...(await packagesOf('index/sqlite/write/writer.ts'))], ['linkify-it', 'tldts'])
})

test('what is loaded is found, however far away', async () => {
  const packages = await packagesOf('server.ts')
  for (const name of ['fastify', 'typebox', 'typebox/compile']) assert.ok(packages.has(name), name)
})
