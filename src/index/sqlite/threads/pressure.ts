// Owns telling the reading threads that the writing one has more to do than it can at once. Memory that they share, since nobody
// has the time to answer.

/** So many lines are applied together only where more come than can be one by one. */
export const full = 1_000
/** How long a full portion says that there is more, in milliseconds. */
const lasting = 1_000

/** To be handed to threads. */
export type Pressure = Float64Array

export const createPressure = (): Pressure => new Float64Array(new SharedArrayBuffer(8))

/** Tells that there was a full portion now (milliseconds since 1970). */
export function press(pressure: Pressure, now: number): void {
  pressure[0] = now
}

export const isPressed = (pressure: Pressure, now: number): boolean => now - (pressure[0] ?? 0) < lasting
