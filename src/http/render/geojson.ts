// Owns messages as GeoJSON (RFC 7946): a point for each that carries a location, with all of its fields.
import { Type, type Static } from 'typebox'
import { ApiMessage } from '../../enrich/fields.ts'

const Feature = Type.Object({
  type: Type.Literal('Feature'),
  id: Type.String(),
  geometry: Type.Object({ type: Type.Literal('Point'), coordinates: Type.Tuple([Type.Number(), Type.Number()], { description: '[longitude, latitude]' }) }),
  properties: ApiMessage,
})
type Feature = Static<typeof Feature>

export const FeatureCollection = Type.Object({ type: Type.Literal('FeatureCollection'), features: Type.Array(Feature) })

/** None for a message without a location. */
export function features(message: ApiMessage): Feature[] {
  const { id_str, location_point: point } = message
  return point === undefined ? [] : [{ type: 'Feature', id: id_str, geometry: { type: 'Point', coordinates: point }, properties: message }]
}

export const featureCollection = (messages: readonly ApiMessage[]): Static<typeof FeatureCollection> =>
  ({ type: 'FeatureCollection', features: messages.flatMap(features) })
