// Owns the numbers about an index.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { IndexStats } from '../../port.ts'
import { catalogFile, partitionFile, type Partition } from '../files/catalog.ts'
import type { View } from './view.ts'

const bytesOf = (path: string): number =>
  ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0)

export function stats(view: View, folder: string): Omit<IndexStats, 'refused'> {
  const parts = view
    .partitions()
    .filter(({ made, building }) => made || building)
    .map((partition: Partition) => ({
      name: partitionFile(partition),
      from: new Date(partition.span.start).toISOString(),
      to: new Date(partition.span.end).toISOString(),
      messages: partition.shown,
      bytes: bytesOf(join(folder, partitionFile(partition))),
      state: partition.building ? ('building' as const) : ('ok' as const),
    }))
  return {
    messages: parts.reduce((sum, { messages }) => sum + messages, 0),
    authors: view.catalog.authors(),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, bytesOf(join(folder, catalogFile))),
    parts,
  }
}
