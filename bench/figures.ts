// Owns what every bench has in common: how much it takes, what a figure is, and telling how far it is.

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly baseline?: string
  readonly ratio?: number
}

export interface Extent {
  /** As much as the aims speak of, however long it takes. */
  readonly full: boolean
  /** So many, or the part of it that `--scale` says; never less than a few thousand. */
  readonly many: (count: number) => number
}

export const extentOf = (full: boolean, scale: number): Extent => ({ full, many: (count) => Math.min(count, Math.max(4_000, Math.round(count * scale))) })

/** The value that a part `q` of all values does not exceed. */
export const quantile = (values: readonly number[], q: number): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? 0

/** Says on standard error what is being done. */
export const tell = (what: string): void => void process.stderr.write(`  … ${new Date().toTimeString().slice(0, 8)} ${what}\n`)
