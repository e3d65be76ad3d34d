// Owns the list of routes. To add one: write its file in routes/ and name it here.
import type { FastifyInstance } from 'fastify'
import type { Room } from './room.ts'
import { addApiPage } from './routes/api-page.ts'
import { addDumpFile } from './routes/dump-file.ts'
import { addDumpList } from './routes/dump-list.ts'
import { addHello } from './routes/hello.ts'
import { addLive } from './routes/live.ts'
import { addMetrics } from './routes/metrics.ts'
import { addOpenApi } from './routes/openapi.ts'
import { addPeers } from './routes/peers.ts'
import { addReady } from './routes/ready.ts'
import { addRss } from './routes/rss.ts'
import { addSearchPage } from './routes/search-page.ts'
import { addSearchPosts } from './routes/search-posts.ts'
import { addSearch } from './routes/search.ts'
import { addSettings } from './routes/settings.ts'
import { addShortLink } from './routes/short-link.ts'
import { addStart } from './routes/start.ts'
import { addStatus } from './routes/status.ts'
import { addStreamSocket } from './routes/stream-socket.ts'
import { addStream } from './routes/stream.ts'
import { addSuggest } from './routes/suggest.ts'
import { addUser } from './routes/user.ts'

export const routes: readonly ((app: FastifyInstance, room: Room) => void)[] = [
  addStart,
  addSearch,
  addSearchPage,
  addSearchPosts,
  addRss,
  addSuggest,
  addUser,
  addShortLink,
  addStream,
  addStreamSocket,
  addHello,
  addPeers,
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
