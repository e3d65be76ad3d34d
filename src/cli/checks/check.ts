// Owns what a check of `doctor` says: what was found, and what a person can do about it.

export interface Finding {
  readonly check: string
  /** `fail`: loklak cannot do its work like this. `warn`: it can, and something suffers. */
  readonly status: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** Empty where there is nothing to do. */
  readonly advice: string
}

export const ok = (check: string, found: string): Finding => ({ check, status: 'ok', found, advice: '' })
export const warn = (check: string, found: string, advice: string): Finding => ({ check, status: 'warn', found, advice })
export const fail = (check: string, found: string, advice: string): Finding => ({ check, status: 'fail', found, advice })

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
