// Owns what may stand where in a view of a post: the formats and limits of Bluesky's lexicons. Its clients refuse a whole page
// for one value that does not fit, and what a post says is what a stranger made it say. Stricter than the lexicons where
// that is simpler and nothing real is lost. Does not know messages.
import { isObject } from '../../support/json.ts'

const did = String.raw`did:[a-z]+:[A-Za-z0-9._:%-]{0,2000}[A-Za-z0-9._-]`
const didForm = new RegExp(`^${did}$`)
const handleForm = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const postForm = new RegExp(String.raw`^at://${did}/app\.bsky\.feed\.post/(?!\.{1,2}$)[A-Za-z0-9._~:-]{1,512}$`)
/** SHA-256 of a record or a file, which is what the network has. */
const cidForm = /^baf[yk]rei[a-h][a-z2-7]{50}[aeimquy4]$/
const webForm = /^https?:\/\/[^\s/]\S{0,8000}$/
const uriForm = /^\w{1,100}:(?:\/\/)?[^\s/]\S{0,8000}$/
/** Zones are whole hours and no second is a leap second: some clients know no others. */
const instantForm = /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-2]):00)$/
const firstInstant = Date.parse('0000-01-01T00:00:00Z')
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z')
const languageForm = /^[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3})){0,4}$/i

export const isDid = (text: unknown): text is string => typeof text === 'string' && didForm.test(text)
export const isHandle = (text: string): boolean => text.length <= 253 && handleForm.test(text)
/** The address of a post, with the DID of its author. */
export const isPostUri = (text: string | undefined): text is string => text !== undefined && postForm.test(text)
export const isCid = (text: string | undefined): text is string => text !== undefined && cidForm.test(text)
export const isWebUri = (text: string | undefined): text is string => text !== undefined && webForm.test(text)
export const isLanguage = (text: string): boolean => languageForm.test(text)
export function isInstant(text: string | undefined): text is string {
  const [, day] = instantForm.exec(text ?? '') ?? []
  if (text === undefined || day === undefined || text.endsWith('-00:00')) return false
  const [at, begin] = [Date.parse(text), Date.parse(day)]
  // Date takes the 30th of February for a day in March.
  return at >= firstInstant && at <= lastInstant && new Date(begin).toISOString().startsWith(day)
}

const letters = new Intl.Segmenter()

/** Whether a text has at most so many bytes, and letters as a reader counts them. */
export function isWithin(text: string, { bytes, graphemes = bytes }: { readonly bytes: number; readonly graphemes?: number }): boolean {
  if (Buffer.byteLength(text) > bytes) return false
  if (text.length <= graphemes) return true
  return letters.segment(text)[Symbol.iterator]().drop(graphemes).next().done === true
}

const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** What a stretch of the text is, with nothing but what the lexicon says of it; none where it is nothing of the lexicon. */
function feature(given: unknown): object[] {
  if (!isObject(given)) return []
  const { $type, did, uri, tag } = given
  if ($type === 'app.bsky.richtext.facet#mention') return isDid(did) ? [{ $type, did }] : []
  if ($type === 'app.bsky.richtext.facet#link') return typeof uri === 'string' && uriForm.test(uri) ? [{ $type, uri }] : []
  if ($type === 'app.bsky.richtext.facet#tag') return typeof tag === 'string' && isWithin(tag, { bytes: 640, graphemes: 64 }) ? [{ $type, tag }] : []
  return []
}

/** A facet of rich text; none where nothing of it fits. */
export function facet(given: unknown): object[] {
  if (!isObject(given) || !isObject(given['index']) || !Array.isArray(given['features'])) return []
  const { byteStart, byteEnd } = given['index']
  const features = given['features'].flatMap(feature)
  return isPlace(byteStart) && isPlace(byteEnd) && features.length > 0 ? [{ index: { byteStart, byteEnd }, features }] : []
}
