// Owns one life of the writer: begun, listened to, ended by `kill -9` from here or by itself.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isTold, type Told } from './oracle.ts'

export interface Life {
  /** Lets it open the archive and write; calls back with everything that it tells. */
  begin(heard: (told: Told) => void): void
  kill(): void
  /** Resolves when it is gone and everything it told was heard: with the signal that ended it, and what it complained of. */
  readonly over: Promise<{ readonly signal: string | null; readonly complaint: string }>
}

/** Compiled code, as the program itself keeps it: most of what a life costs is loading. */
const compiled = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'loklak')

/** Starts a writer on a data folder. It loads at once and begins when it is told to, so that loading can overlap with another life. */
export function startLife(folder: string, life: number, seed: number, env: Readonly<Record<string, string>> = {}): Life {
  const script = join(import.meta.dirname, 'writer.ts')
  const child = spawn(process.execPath, [script, folder, String(life), String(seed)], { env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  // It may be killed before it reads.
  child.stdin.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })
  const read = once(lines, 'close')
  const closed = once(child, 'close')
  async function end(): Promise<{ signal: string | null; complaint: string }> {
    await read
    const [, signal]: unknown[] = await closed
    return { signal: typeof signal === 'string' ? signal : null, complaint }
  }
  return {
    begin(heard) {
      lines.on('line', (line) => {
        const told: unknown = JSON.parse(line)
        if (!isTold(told)) throw new Error(`the writer said ${line}`)
        heard(told)
      })
      child.stdin.write('.')
    },
    kill: () => void child.kill('SIGKILL'),
    over: end(),
  }
}
