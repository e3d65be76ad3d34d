// Owns the shape of /api/status.json: the original's parts (system, index, client_info, commit, stream_enabled, session) and
// ours, which say what is collected and how that fares.
import { Type, type TSchema } from 'typebox'
import { DegradationAnswer } from './health-schema.ts'

const Count = Type.Number({ minimum: 0 })
const Counts = Type.Record(Type.String(), Count)
const Texts = Type.Record(Type.String(), Type.String())
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Instant = Type.String({ description: 'ISO 8601' })
const Position = Type.Number({ description: 'microseconds since 1970' })

const System = Type.Object({
  assigned_memory: Count,
  used_memory: Count,
  available_memory: Count,
  cores: Count,
  threads: Count,
  runtime: Type.Number({ description: 'milliseconds' }),
  time_to_restart: Type.Null({ description: 'this server never restarts itself' }),
  load_system_average: Count,
  load_system_cpu: Count,
  load_process_cpu: Count,
  server_threads: Type.Number({ description: 'open connections' }),
  server_uri: Type.String(),
  Xmx: Type.String(),
  elasticsearch: Texts,
  searchCount: Texts,
  retrievalForBackend: Texts,
  caretakerProperties: Texts,
})

const Cache = Type.Object({ update: Count, hit: Count, miss: Count, size: Count, maxsize: Count })
const Stats = Type.Object({
  name: Type.String(),
  object_cache: Cache,
  exist_cache: Cache,
  index: Type.Object({ write: Count, exist: Count, get: Count }),
})
const Size = Type.Object({ size: Count })

const Index = Type.Object({
  mps1mC: Count, mps1mT: Count, mps10mC: Count, mps10mT: Count, mps1hC: Count, mps1hT: Count, mps1dC: Count, mps1dT: Count, mps1wC: Count, mps1wT: Count,
  mps10mD: Count, mps10mNII: Count, mps: Count,
  messages: Type.Object({
    size: Count,
    size_local: Count,
    size_local_minute_created_at: Count, size_local_minute_timestamp: Count,
    size_local_10minutes_created_at: Count, size_local_10minutes_timestamp: Count,
    size_local_hour_created_at: Count, size_local_hour_timestamp: Count,
    size_local_day_created_at: Count, size_local_day_timestamp: Count,
    size_local_week_created_at: Count, size_local_week_timestamp: Count,
    size_backend: Count,
    stats: Stats,
    queue: Type.Object({ size: Count, maxSize: Count, clients: Count }),
  }),
  users: Type.Object({ size: Count, size_local: Count, size_backend: Count, stats: Stats }),
  queries: Type.Object({ size: Count, stats: Stats }),
  accounts: Size,
  user: Size,
  followers: Size,
  following: Size,
  bytes: Type.Number({ minimum: 0, description: 'of the index on disk' }),
  parts: Type.Array(Type.Object({ name: Type.String(), from: Instant, to: Instant, messages: Count, bytes: Count, state: Type.Enum(['ok', 'building']) }), { description: 'of the index, oldest first' }),
  refused: Type.Record(Type.String(), Count, { description: 'records that could not be indexed, by reason' }),
})

const Source = Type.Object({
  name: Type.String(),
  network: Type.String(),
  state: Type.Enum(['disabled', 'connecting', 'catching-up', 'live', 'waiting', 'stopped']),
  reason: orNull(Type.String()),
  address: orNull(Type.String()),
  rate: Type.Number({ description: 'messages a second, over the last minute' }),
  lag_ms: orNull(Type.Number({ description: 'behind the network' })),
  last_message_at: orNull(Instant),
  received: Count,
  dropped: Counts,
  reconnects: Count,
  gaps: Type.Array(Type.Object({ from: Instant, to: Instant, reason: Type.String() })),
  names: Type.Optional(orNull(Type.Object({ waiting: Count, failing_since: orNull(Instant), reason: orNull(Type.String()) }, { description: 'the service that tells names of authors, where one is asked' }))),
})

const Projection = Type.Object({
  name: Type.String(),
  position: Position,
  lag_ms: Count,
  state: Type.Enum(['catching-up', 'live', 'waiting', 'rebuilding', 'stopped']),
  reason: orNull(Type.String()),
})

const Stream = Type.Object({
  connections: Type.Number({ description: 'open streams over HTTP and WebSocket' }),
  subscribers: Count,
  replaying: Type.Number({ description: 'of the subscribers: those who are told what was before' }),
  delivered: Type.Number({ description: 'events since the start' }),
  cut: Type.Number({ description: 'readers since the start that were too slow' }),
  stalled: Type.Number({ description: 'readers since the start that took nothing any more' }),
  refused: Type.Number({ description: 'streams since the start for which there was no place' }),
})

const Mqtt = Type.Object({
  connected: Type.Boolean({ description: 'to the broker; why not, and how far behind, is in projections' }),
  published: Type.Number({ description: 'publications since the start, repeats among them' }),
  refused: Type.Number({ description: 'records since the start that could not be published' }),
  clients: orNull(Type.Number({ description: 'listeners of the broker inside; null where the broker is elsewhere' })),
  cut: orNull(Type.Number({ description: 'listeners of the broker inside since the start that took too little' })),
  turned_away: orNull(Type.Number({ description: 'by the broker inside, since the start: connections without a place, too large packets, too many subscriptions' })),
})

export const StatusAnswer = Type.Object({
  collecting: Type.Object({ storing: Type.Boolean(), reason: orNull(Type.String()), last_stored_at: orNull(Instant) }, { description: 'whether what the network publishes is being stored, and why not' }),
  ready: Type.Boolean(),
  degraded: Type.Array(DegradationAnswer),
  sources: Type.Array(Source),
  journal: Type.Object({
    position: Position,
    blockage: orNull(Type.Object({ reason: Type.String(), detail: Type.String(), since: Instant })),
    rate: Type.Number({ description: 'records a second, over the last minute' }),
    bytes: Count,
    segments: Count,
    records: Counts,
  }),
  disk: Type.Object({ free: Count, total: Count, days_left: orNull(Count) }),
  intake: Type.Object({ outcomes: Counts, invalid: Counts, repaired: Counts, quarantined: Counts }),
  projections: Type.Array(Projection),
  stream: Stream,
  mqtt: orNull(Mqtt),
  system: System,
  index: Index,
  client_info: Type.Object({ RemoteHost: Type.String(), IsLocalhost: Type.Enum(['true', 'false']), request_header: Texts }),
  commit: Type.Object({ hash: Type.String(), comment: Type.String() }),
  stream_enabled: Type.Boolean(),
  session: Type.Object({ identity: Type.Object({ type: Type.Literal('host'), name: Type.String(), anonymous: Type.Literal(true) }) }),
})
