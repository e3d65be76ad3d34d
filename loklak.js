#!/usr/bin/env node
// Starts loklak. Node keeps what it made of the TypeScript beside the packages, so that every start after the first is
// faster and needs no compiler in memory (measured: 55 MB less). By the environment, because that reaches the threads too.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major] = process.versions.node.split('.')
if (Number(major) < 24) {
  process.stderr.write(`error: loklak needs Node 24 or later; this is ${process.version}.\nhint: \`npm ci\` brings it along, \`npm start\` uses it.\n`)
  process.exitCode = 1
} else {
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/loklak', import.meta.url))
  module.enableCompileCache()
  await import('./src/main.ts')
}
