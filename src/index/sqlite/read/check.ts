// Owns reading a partition whole to see whether it is.
import { partitionFile, type Partition } from '../files/catalog.ts'
import type { Checked } from '../threads/protocol.ts'
import { DamagedPartition, type View } from './view.ts'

/** The next partition after the one that starts at `after`; undefined where there is none. What is being made is passed over. */
export function checkNext(after: number, view: View): Checked | undefined {
  const partition = view.partitions().find(({ span, made, building }) => span.start > after && made && !building)
  if (partition === undefined) return undefined
  const { span: { start }, generation } = partition
  return { start, generation, name: partitionFile(partition), fault: faultIn(partition, view) }
}

function faultIn(partition: Partition, view: View): string | undefined {
  try {
    return view.ask(partition, (reader) => reader.fault())
  } catch (error) {
    if (error instanceof DamagedPartition) return error.message
    throw error
  }
}
