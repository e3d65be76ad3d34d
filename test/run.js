// Runs the tests: npm test [FILE…]. Node keeps what it made of the TypeScript; by the environment, so that every process and
// thread that a test starts has it too. Three files at a time, since they mostly wait for disks and processes.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../node_modules/.cache/loklak', import.meta.url))
const files = process.argv.length > 2 ? process.argv.slice(2) : ['test/**/*.test.ts']
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=3', '--test-timeout=180000', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
  env: { NODE_COMPILE_CACHE: cache, ...process.env },
})
process.exitCode = status ?? 1
