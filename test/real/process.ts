// Owns child processes: started until they say that they are ready, killed or stopped, and never left behind.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

export interface Child {
  readonly pid: number
  /** What the pattern that was waited for captured. */
  readonly ready: string
  /** The last 64 KiB of what it wrote. */
  output(): string
  /** Resolves when it is gone, with its exit code, or null after a signal. */
  readonly ended: Promise<number | null>
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with its exit code, and kills it where that takes longer than 20 s. */
  stop(): Promise<number | null>
}

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What its output says when it is ready; the first group is captured. */
  readonly ready: RegExp
}

const mostOutput = 65_536
const readyWithin = 60_000

/** Starts a process and waits until it is ready. Throws with its output where it ends before, or takes over a minute. */
export async function start({ command, args, env, cwd, ready }: Command): Promise<Child> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  const ended = once(child, 'close').then(([code]): number | null => {
    running.delete(child)
    return typeof code === 'number' ? code : null
  })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  const captured = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-mostOutput)
      const found = ready.exec(output)
      if (found !== null) captured.resolve(found[1] ?? found[0])
    })
  }
  const what = `${command} ${args.join(' ')}`
  const late = setTimeout(() => captured.reject(new Error(`${what}: not ready in time\n${output}`)), readyWithin)
  child.once('error', (error) => captured.reject(error))
  void ended.then((code) => captured.reject(new Error(`${what}: ended (${code ?? 'killed'}) before it was ready\n${output}`)))
  try {
    return {
      ready: await captured.promise,
      pid: child.pid ?? 0,
      output: () => output,
      ended,
      kill,
      async stop() {
        const tooLong = setTimeout(() => child.kill('SIGKILL'), 20_000)
        child.kill('SIGTERM')
        const code = await ended
        clearTimeout(tooLong)
        return code
      },
    }
  } catch (error) {
    await kill()
    throw error
  } finally {
    clearTimeout(late)
  }
}

/** A port of 127.0.0.1 that nobody listens on, for servers that must know theirs before they start. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}
