// Owns the log: one factory, JSON lines for machines and one plain line for a person at a terminal. Nothing secret passes.
import { pino, stdSerializers, type Logger } from 'pino'
import { maskAddresses, maskFields } from './secret.ts'
import { prettyLine } from './pretty.ts'

export type Log = Logger

export interface LogOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** `auto` is pretty where `to` is a terminal. */
  readonly format: 'auto' | 'pretty' | 'json'
  readonly to: { write(text: string): unknown; readonly isTTY?: boolean }
}

/** Writes lines as they come, without a worker: what was logged before a crash is written. */
export function createLog({ level, format, to }: LogOptions): Log {
  const isTerminal = to.isTTY === true
  const pretty = format === 'pretty' || (format === 'auto' && isTerminal)
  const shape = pretty ? (line: string) => prettyLine(line, isTerminal) : (line: string) => line
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: maskFields },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
    },
    { write: (line: string) => void to.write(shape(maskAddresses(line))) },
  )
}
