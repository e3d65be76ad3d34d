// Owns where this server is for others: what absolute links in answers begin with.
import type { Room } from './room.ts'

/** Without a slash at its end. Not from the request, which can say what it wants. */
export const publicUrl = ({ options, doors }: Pick<Room, 'options' | 'doors'>): string =>
  (options.url ?? doors.urls[0] ?? `http://localhost:${options.port}`).replace(/\/+$/, '')

type Parameters = Readonly<Record<string, string | number | undefined>>

/** A path with parameters; those that are undefined are left out. */
export function withParameters(path: string, parameters: Parameters): string {
  const given = new URLSearchParams(Object.entries(parameters).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]])))
  return given.size === 0 ? path : `${path}?${given.toString()}`
}
