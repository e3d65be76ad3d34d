// Owns chance that can be repeated: the same seed gives the same numbers. Does not know what they decide.

/** The next number, from 0 to before 1. */
export type Random = () => number

/** Numbers that follow from a seed (mulberry32: 32 bits of state, every value once in 2^32 calls). */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** From 0 to before `size`, each as likely as the others. */
export const whole = (random: Random, size: number): number => Math.floor(random() * size)

/** From 0 to before `size` by the law of Zipf: the second comes half as often as the first, the third a third as often. */
export const zipf = (random: Random, size: number): number => Math.floor(Math.exp(random() * Math.log(size + 1))) - 1

/** One of a list. */
export const pick = <T>(random: Random, list: readonly [T, ...T[]]): T => list[whole(random, list.length)] ?? list[0]
