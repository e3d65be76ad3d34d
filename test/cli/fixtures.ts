import { Writable } from 'node:stream'
import { command, type Command } from '../../src/cli/command.ts'
import type { Output } from '../../src/cli/output.ts'
import { runCli, type Surroundings } from '../../src/cli/run.ts'

/** An output that remembers what was written to it. */
export function paper(terminal?: { readonly columns: number }): { readonly out: Output; readonly text: () => string } {
  let text = ''
  const stream = new Writable({ decodeStrings: false, write: (chunk, _encoding, done) => { text += String(chunk); done() } })
  return { out: Object.assign(stream, terminal === undefined ? {} : { isTTY: true, columns: terminal.columns }), text: () => text }
}

/** An output that fails with the given code. */
export const broken = (code: string): Output =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })) })

/** A command that does nothing. */
export const idle: Command = command({ name: 'idle', summary: 'Does nothing.', usage: ['idle'], flags: {}, run: () => Promise.resolve(0) })

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line with the given commands, the first of them as the default. */
export async function run(argv: readonly string[], commands: Surroundings['commands'], given: Partial<Surroundings> = {}): Promise<Ran> {
  const out = paper()
  const err = paper()
  const code = await runCli({ argv, commands, env: {}, cwd: '/nowhere', out: out.out, err: err.out, now: () => 0, signal: new AbortController().signal, version: '1.2.3', ...given })
  return { code, out: out.text(), err: err.text() }
}
