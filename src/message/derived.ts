// Owns the names of what follows from a message and so is not kept in dumps: counts and lengths. Answers have them.

/** In the order in which answers have them. */
export const derivedNames = [
  'text_length', 'hosts_count', 'links_count', 'images_count', 'audio_count', 'videos_count', 'mentions_count', 'hashtags_count',
  'without_l_len', 'without_lu_len', 'without_luh_len',
] as const
export type Derived = Readonly<Record<(typeof derivedNames)[number], number>>
