// Owns which server is asked next, learned from how the last connection ended.
import type { Address } from './address.ts'
import type { Ended } from './client.ts'
import type { Compression } from './compression.ts'
import type { Departure } from './session.ts'

/** How a connection went. */
export interface Attempt {
  readonly ended: Ended
  /** Whether any event came. */
  readonly heard: boolean
  /** Why we ended it, where it was us. */
  readonly departure: Departure | null
}

export interface Rotation {
  current(): Address
  /** The number to ask for instead of the cursor that the server refused as too old; null where it named none, undefined where it refused none. */
  floor(): number | null | undefined
  /** Whether another server may still have what this one lost. */
  elsewhere(): boolean
  learn(attempt: Attempt): void
}

/** The number of the oldest event that a server has, as its refusal names it. */
function floorIn(reason: string): number | null {
  const numbers = (reason.split('CursorTooOld')[1] ?? '').match(/\b\d{1,15}\b/g) ?? []
  return numbers.length === 0 ? null : Math.max(...numbers.map(Number))
}

/** Throws where there is no address. */
export function rotation(addresses: readonly Address[], zstd: Compression): Rotation {
  const [first] = addresses
  if (first === undefined) throw new RangeError('there is no server to follow')
  let turn = 0
  let floor: number | null | undefined
  /** The server that lost its past, when it was left for another; it is taken as it is when its turn comes again. */
  let forgetful: Address | null = null
  const current = (): Address => addresses[turn % addresses.length] ?? first

  return {
    current,
    floor: () => floor,
    elsewhere: () => addresses.length > 1 && forgetful !== current(),
    learn({ ended, heard, departure }) {
      const address = current()
      if (departure === 'numbers began again') forgetful = address
      else if (heard) forgetful = null
      const tooOld = ended.error === 'CursorTooOld'
      floor = tooOld ? floorIn(ended.reason) : undefined
      if (ended.error === 'UnknownZstdDictionary') zstd.renew(address)
      else if (departure === 'not decompressed') zstd.abandon(address, ended.reason)
      else if (!tooOld) turn++
    },
  }
}
