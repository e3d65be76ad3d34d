// The thread that rewrites one segment and ends.
import { parentPort, workerData } from 'node:worker_threads'
import { rewrite, type Rewrite, type RewriteNews } from './rewrite.ts'

const job: Rewrite = workerData
const say = (news: RewriteNews): void => parentPort?.postMessage(news)
try {
  say({ done: await rewrite(job, (read) => say({ read })) })
} catch (error) {
  say({ failed: error instanceof Error ? error.message : String(error) })
}
