// Owns the list of routes. To add one: write its file in routes/ and name it here.
import type { FastifyInstance } from 'fastify'
import type { Room } from './room.ts'
import { addApiPage } from './routes/api-page.ts'
import { addDumpFile } from './routes/dump-file.ts'
import { addDumpList } from './routes/dump-list.ts'
import { addLive } from './routes/live.ts'
import { addMetrics } from './routes/metrics.ts'
import { addOpenApi } from './routes/openapi.ts'
import { addReady } from './routes/ready.ts'
import { addSettings } from './routes/settings.ts'
import { addStart } from './routes/start.ts'
import { addStatus } from './routes/status.ts'

export const routes: readonly ((app: FastifyInstance, room: Room) => void)[] = [
  addStart,
  addStatus,
  addLive,
  addReady,
  addMetrics,
  addSettings,
  addDumpList,
  addDumpFile,
  addOpenApi,
  addApiPage,
]
