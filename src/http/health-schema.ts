// Owns how a dependency that is down or behind is shown.
import { Type } from 'typebox'

export const DegradationAnswer = Type.Object({
  name: Type.String(),
  reason: Type.String(),
  lag_ms: Type.Union([Type.Number(), Type.Null()]),
  since: Type.String({ description: 'ISO 8601' }),
})
