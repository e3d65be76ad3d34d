// Owns the one table of settings: key, kind, default, help. Parsing, `loklak settings` and docs/settings.md come from it.
// Does not know who uses a setting.
import { asking } from './options/asking.ts'
import { collecting } from './options/collecting.ts'
import { keeping } from './options/keeping.ts'
import { server } from './options/server.ts'
import { streaming } from './options/streaming.ts'
import type { Option, OptionTable, Values } from './option.ts'

/** The table in the order and under the titles in which people read it. */
export const subjects: readonly { readonly title: string; readonly options: OptionTable }[] = [
  { title: 'Server', options: server },
  { title: 'Collecting', options: collecting },
  { title: 'Keeping', options: keeping },
  { title: 'Asking', options: asking },
  { title: 'Streaming', options: streaming },
]

export const options = { ...server, ...collecting, ...keeping, ...asking, ...streaming } satisfies OptionTable

/** Every setting by its key, parsed and frozen: `settings['port.http']`. */
export type Settings = Values<typeof options>

const byKey: ReadonlyMap<string, Option<unknown>> = new Map(Object.entries(options))
const namespaces = Object.keys(options).filter((key) => key.endsWith('.*'))

/** The option that a key names, by itself or as one of `prefix.*`. */
export function findOption(key: string): Option<unknown> | undefined {
  if (key.endsWith('.*')) return undefined
  const namespace = namespaces.find((pattern) => key.startsWith(pattern.slice(0, -1)) && key.length >= pattern.length)
  return byKey.get(namespace ?? key)
}
