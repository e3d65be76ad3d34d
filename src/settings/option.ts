// Owns what an option is, for settings and for the flags of commands alike, and how a table of them becomes a type.
import type { Kind } from './kind.ts'

export interface Option<T> {
  readonly kind: Kind<T>
  /** As a person would write it. */
  readonly default: string
  /** What it means, for a person; Markdown without line breaks. */
  readonly help: string
  /** Never shown. */
  readonly secret?: true
  /** Told to everybody by /api/settings.json. */
  readonly public?: true
  /** Known and checked, but what it controls comes with a later version. */
  readonly later?: true
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>

type ValueOf<O> = O extends Option<infer T> ? T : never

/** The values of a table. A key that ends in `.*` stands for all names below it: a record by the rest of the name. */
export type Values<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Key extends `${string}.*` ? Readonly<Record<string, ValueOf<Table[Key]>>> : ValueOf<Table[Key]>
}

type Marks = Pick<Option<unknown>, 'secret' | 'public' | 'later'>

export const option = <T>(kind: Kind<T>, initial: string, help: string, marks: Marks = {}): Option<T> => ({ kind, default: initial, help, ...marks })

/** The frozen values of a table, each as `valueOf` gives it for its key; these have been parsed by the option's own kind. */
export function valuesOf<Table extends OptionTable>(table: Table, valueOf: (key: string) => unknown): Values<Table> {
  const complete = (values: Readonly<Record<string, unknown>>): values is Values<Table> => Object.keys(table).every((key) => key in values)
  const values = Object.freeze(Object.fromEntries(Object.keys(table).map((key) => [key, valueOf(key)])))
  if (!complete(values)) throw new Error('a value is missing')
  return values
}
