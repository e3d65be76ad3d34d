// Owns how errors cross from a thread of the index to the main thread.
import { errorTable, LoklakError, type ErrorCode } from '../../../watch/errors.ts'
import { DamagedFile } from '../files/database.ts'
import type { Failure } from './protocol.ts'
import { DamagedPartition } from '../read/view.ts'

export function failureOf(error: unknown): Failure {
  if (error instanceof LoklakError) return { kind: 'known', code: error.code, detail: error.detail }
  if (error instanceof DamagedPartition) return { kind: 'damage', start: error.start, generation: error.generation, reason: error.message }
  // A partition's would have been told as such.
  if (error instanceof DamagedFile) return { kind: 'catalog', reason: error.message }
  return error instanceof Error ? { kind: 'defect', message: error.message, stack: error.stack } : { kind: 'defect', message: String(error), stack: undefined }
}

const isCode = (code: string): code is ErrorCode => code in errorTable

export function errorOf(failure: Failure): Error {
  if (failure.kind === 'known' && isCode(failure.code)) return new LoklakError(failure.code, failure.detail)
  if (failure.kind === 'damage') return new PartitionDamage(failure.start, failure.generation, failure.reason)
  if (failure.kind === 'catalog') return new CatalogDamage(failure.reason)
  const error = new Error(failure.kind === 'defect' ? failure.message : failure.detail)
  if (failure.kind === 'defect' && failure.stack !== undefined) error.stack = failure.stack
  return error
}

/** The catalog is damaged, and with it the index. */
export class CatalogDamage extends Error {}

/** A reader met a damaged partition. */
export class PartitionDamage extends Error {
  readonly start: number
  readonly generation: number
  constructor(start: number, generation: number, reason: string) {
    super(reason)
    this.start = start
    this.generation = generation
  }
}
