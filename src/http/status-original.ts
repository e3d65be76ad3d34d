// Owns the parts of status.json that the original has: `system` and `index`, by its names. All of it is counted in memory.
import type { MachineUse } from '../watch/machine.ts'
import type { Windows } from '../watch/windows.ts'
import type { Status } from './parts.ts'
import type { Room } from './room.ts'

/** Settings that the original shows, dots written as underscores. Those of its others that are nothing here are shown as none. */
const searchSettings = ['search.count.low', 'search.count.default', 'search.count.max.public', 'search.count.max.localhost', 'search.timeout']

export function systemPart(use: MachineUse, { parts, options, doors }: Room) {
  return {
    assigned_memory: use.heap_limit,
    used_memory: use.resident,
    available_memory: use.available,
    cores: use.cores,
    threads: use.threads,
    runtime: use.uptime,
    time_to_restart: null,
    load_system_average: use.load_average,
    load_system_cpu: use.load_cpu,
    load_process_cpu: use.load_process,
    server_threads: doors.open,
    server_uri: options.url ?? doors.urls[0] ?? '',
    Xmx: `${Math.round(use.heap_limit / 1_048_576)}m`,
    elasticsearch: {},
    searchCount: Object.fromEntries(searchSettings.map((key) => [key.replaceAll('.', '_'), parts.setting(key) ?? ''])),
    retrievalForBackend: {},
    caretakerProperties: {},
  }
}

const noCache = { update: 0, hit: 0, miss: 0, size: 0, maxsize: 0 }
const noStats = (name: string) => ({ name, object_cache: noCache, exist_cache: noCache, index: { write: 0, exist: 0, get: 0 } })

const short = (rate: number): number => Math.round(rate * 1000) / 1000

function highest(...all: readonly Windows[]): number {
  return Math.max(...all.flatMap(({ minute, ten_minutes, hour, day, week }) => [minute.rate, ten_minutes.rate, hour.rate, day.rate, week.rate]))
}

export function indexPart({ created, seen, dumped, counts, index }: Status) {
  const { messages, users, queries, accounts } = counts
  return {
    mps1mC: short(created.minute.rate), mps1mT: short(seen.minute.rate),
    mps10mC: short(created.ten_minutes.rate), mps10mT: short(seen.ten_minutes.rate),
    mps1hC: short(created.hour.rate), mps1hT: short(seen.hour.rate),
    mps1dC: short(created.day.rate), mps1dT: short(seen.day.rate),
    mps1wC: short(created.week.rate), mps1wT: short(seen.week.rate),
    mps10mD: short(dumped.ten_minutes.rate),
    mps10mNII: 0,
    mps: short(highest(created, seen)),
    messages: {
      size: messages,
      size_local: messages,
      size_local_minute_created_at: created.minute.count, size_local_minute_timestamp: seen.minute.count,
      size_local_10minutes_created_at: created.ten_minutes.count, size_local_10minutes_timestamp: seen.ten_minutes.count,
      size_local_hour_created_at: created.hour.count, size_local_hour_timestamp: seen.hour.count,
      size_local_day_created_at: created.day.count, size_local_day_timestamp: seen.day.count,
      size_local_week_created_at: created.week.count, size_local_week_timestamp: seen.week.count,
      size_backend: 0,
      stats: noStats('messages'),
      queue: { size: 0, maxSize: 0, clients: 0 },
    },
    users: { size: users, size_local: users, size_backend: 0, stats: noStats('users') },
    queries: { size: queries, stats: noStats('queries') },
    accounts: { size: accounts },
    user: { size: 0 },
    followers: { size: 0 },
    following: { size: 0 },
    bytes: index?.bytes ?? 0,
    parts: index?.parts.map((part) => ({ ...part })) ?? [],
    refused: index?.refused ?? {},
  }
}
