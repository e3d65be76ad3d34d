// Owns what coordinates in a query mean: the box of /location= and the circle of near:. Does not know names of places.
import { box, circle, type Box, type Circle } from './tree.ts'

/** What an unfit value should have been; `suggestion` is a value that would fit. */
export interface PlaceUnfit {
  readonly kind: 'unfit'
  readonly expected: string
  readonly suggestion: string
}

const number = /^\s*[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/iu
const numbers = (value: string): number[] | undefined => {
  const parts = value.split(',')
  return parts.every((part) => number.test(part)) ? parts.map(Number) : undefined
}

const isLon = (degrees: number | undefined): degrees is number => degrees !== undefined && Math.abs(degrees) <= 180
const isLat = (degrees: number | undefined): degrees is number => degrees !== undefined && Math.abs(degrees) <= 90

/** `W,S,E,N` or `LON,LAT` in degrees. A point is a box without an extent. */
export function readBox(value: string): Box | PlaceUnfit {
  const given = numbers(value) ?? []
  const [west, south, east = west, north = south] = given
  const fits = isLon(west) && isLat(south) && isLon(east) && isLat(north) && south <= north
  if (fits && (given.length === 2 || given.length === 4)) return box(west, south, east, north)
  return {
    kind: 'unfit',
    expected: 'west,south,east,north or lon,lat in degrees (longitude -180 to 180, latitude -90 to 90, south <= north)',
    suggestion: turned(given) ?? '5.9,47.3,15.0,55.1',
  }
}

/** What was meant where latitude and longitude, or south and north, are the wrong way round. */
function turned(given: readonly number[]): string | undefined {
  const [a, b, c, d] = given
  if (given.length === 2 && isLon(b) && isLat(a)) return `${b},${a}`
  if (given.length !== 4) return undefined
  if (isLon(a) && isLat(b) && isLon(c) && isLat(d)) return `${a},${d},${c},${b}`
  return isLat(a) && isLon(b) && isLat(c) && isLon(d) ? `${b},${Math.min(a, c)},${d},${Math.max(a, c)}` : undefined
}

/** Half of the way around the earth: a circle of that radius is everything. */
const farthest = 20_040
const defaultKm = 100

/** What begins with two numbers, whatever units stand at them, names no place. */
const coordinates = /^\s*[+-]?\d+(?:\.\d+)?\D*,\s*[+-]?\d/u
/** Kilometres of what else distances are written in. */
const kilometres: Readonly<Record<string, number>> = { m: 0.001, mi: 1.609344 }

/** `lat,lon[,km]`; undefined where the value is not made of numbers, so that it may name a place. */
export function readCircle(value: string): Circle | PlaceUnfit | undefined {
  const given = numbers(value.replace(/km\s*$/iu, ''))
  if (given === undefined && !coordinates.test(value) && /[\p{L}]/u.test(value)) return undefined
  const [lat, lon, km = defaultKm] = given ?? []
  if (given !== undefined && given.length <= 3 && isLat(lat) && isLon(lon) && km > 0 && km <= farthest) return circle(lat, lon, km)
  return {
    kind: 'unfit',
    expected: `lat,lon or lat,lon,km (latitude -90 to 90, longitude -180 to 180, 0 < km <= ${farthest})`,
    suggestion: inKilometres(value) ?? (isLat(lon) && isLon(lat) ? `${lon},${lat},${defaultKm}` : '52.52,13.40,25'),
  }
}

function inKilometres(value: string): string | undefined {
  const [, place = '', distance, unit = ''] = /^(.+),\s*([\d.]+)\s*(mi|m)\s*$/iu.exec(value) ?? []
  const said = `${place},${Number((Number(distance) * (kilometres[unit.toLowerCase()] ?? Number.NaN)).toPrecision(3))}`
  return distance !== undefined && readCircle(said)?.kind === 'circle' ? said : undefined
}

/** The mean radius that Elasticsearch and OpenSearch use, too. */
const earthRadiusKm = 6371.0087714
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Great circle distance of two points in degrees. */
export function distanceKm(latA: number, lonA: number, latB: number, lonB: number): number {
  const height = Math.sin(radians(latB - latA) / 2)
  const width = Math.sin(radians(lonB - lonA) / 2)
  const chord = height * height + Math.cos(radians(latA)) * Math.cos(radians(latB)) * width * width
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(chord)))
}
