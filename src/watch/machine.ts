// Owns what this process uses of its machine, from the kernel's own counters: nothing here waits or touches a disk.
import { readdirSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { getHeapStatistics } from 'node:v8'

export interface MachineUse {
  /** Bytes. `heap_limit` is what the JavaScript heap may grow to. */
  readonly resident: number
  readonly available: number
  readonly heap_limit: number
  readonly cores: number
  readonly threads: number
  /** Milliseconds since the process began. */
  readonly uptime: number
  readonly load_average: number
  /** Share of all cores, 0 to 1: wanted on the machine, and used by this process since it was last asked (at least a second). */
  readonly load_cpu: number
  readonly load_process: number
}

/** Threads of this process; 1 where the kernel does not tell. */
function threads(): number {
  try {
    return readdirSync('/proc/self/task').length
  } catch {
    return 1
  }
}

/** A look at the machine that remembers when it was last taken, since a share of the processor needs a beginning and an end. */
export function createMachine(now: () => number = Date.now): () => MachineUse {
  const cores = availableParallelism()
  let last = { at: now() - process.uptime() * 1000, used: 0 }
  let share = 0

  function processorShare(): number {
    const at = now()
    const { user, system } = process.cpuUsage()
    const used = (user + system) / 1000
    if (at - last.at >= 1000) {
      share = Math.min(1, (used - last.used) / (at - last.at) / cores)
      last = { at, used }
    }
    return share
  }

  return () => {
    const [load_average = 0] = loadavg()
    return {
      resident: process.memoryUsage.rss(),
      available: process.availableMemory(),
      heap_limit: getHeapStatistics().heap_size_limit,
      cores,
      threads: threads(),
      uptime: Math.round(process.uptime() * 1000),
      load_average,
      load_cpu: Math.min(1, load_average / cores),
      load_process: processorShare(),
    }
  }
}
