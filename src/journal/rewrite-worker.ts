// The thread that rewrites one segment and ends.
import { parentPort, workerData } from 'node:worker_threads'
import { rewrite, type Rewrite } from './rewrite.ts'

const job: Rewrite = workerData
try {
  parentPort?.postMessage({ done: await rewrite(job) })
} catch (error) {
  parentPort?.postMessage({ failed: error instanceof Error ? error.message : String(error) })
}
