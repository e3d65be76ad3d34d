// Owns child processes of a bench and what the kernel says they used.
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Child {
  readonly pid: number
  /** Resolves with the first line that matches; rejects when the process ends before. */
  line(pattern: RegExp): Promise<string>
  stop(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
}

const running = new Set<ChildProcessByStdio<null, Readable, null>>()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Where loklak.js keeps what Node made of the TypeScript: a part of the program that runs without it must not look larger. */
const compiled = 'node_modules/.cache/loklak'

/** Starts Node, or another program, with arguments. */
export function start(args: readonly string[], program = process.execPath): Child {
  const child = spawn(program, args, { env: { ...process.env, NODE_COMPILE_CACHE: compiled }, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const lines: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  const ended = once(child, 'exit')
  child.once('exit', () => {
    running.delete(child)
    for (const look of waiting) look()
  })
  return {
    pid: child.pid ?? 0,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => pattern.test(line))
          if (found === undefined && running.has(child)) return
          waiting.delete(look)
          if (found === undefined) reject(new Error(`${args.join(' ')} ended without ${String(pattern)}`))
          else resolve(found)
        }
        waiting.add(look)
        look()
      }),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const ticksPerSecond = 100

/** CPU time of a process, all threads, in microseconds. */
export function cpuMicros(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond
}

/** Waits until a process has had nothing to do for three seconds: an index that was just made is still being merged. */
export async function rested(pid: number): Promise<void> {
  for (let calm = 0; calm < 3; ) {
    const before = cpuMicros(pid)
    await sleep(1000)
    calm = cpuMicros(pid) - before <= 20_000 ? calm + 1 : 0
  }
}

/** Memory of a process in megabytes: now, at its highest, and the part that is its own. */
export function memory(pid: number): { readonly now: number; readonly most: number; readonly own: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1000
  return { now: of('VmRSS'), most: of('VmHWM'), own: of('RssAnon') }
}

/** Looks at a process five times a second; tells the highest memory of its own so far, in megabytes. */
export function watchMemory(pid: number): { most(): number; stop(): void } {
  let most = 0
  const look = (): void => void (most = Math.max(most, memory(pid).own))
  const timer = setInterval(look, 200)
  return {
    most() {
      look()
      return most
    },
    stop: () => clearInterval(timer),
  }
}
