// Owns the names of what enrichment repairs, short enough to be labels of counters.

export type Note =
  /** A facet's offsets fit only when counted in another unit, or clipped to whole characters. */
  | 'facet-shifted'
  /** What a facet says is kept, but where it stands is not known. */
  | 'facet-unplaced'
  /** A facet, or a feature of one, could not be read. It stays in `facets` as it was given. */
  | 'facet-dropped'
  /** More facets than are looked at. */
  | 'facets-too-many'
  | 'created-at-changed'
  | 'timestamp-unusable'
  | 'edited-at-unusable'
  | 'source-type-unknown'
  | 'provider-type-unknown'
  | 'count-unusable'
