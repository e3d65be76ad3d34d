// Owns keeping secrets out of what is written down: by the name of a field, and inside addresses.
import { isObject } from '../support/json.ts'

const secretName = /^pass$|passw(or)?d|passphrase|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key/i
/** Up to the last @ before the path: a password may have one that nobody escaped. */
const userInfo = /(:\/\/)[^\s/?#"]*@/g
const secretParameter = /([?&](?:[a-z_-]*(?:token|pass(?:word|wd)?|secret|key|auth|sig(?:nature)?))=)[^&\s"#,]+/gi
const deepest = 8

const mask = '***'

/** Masks what the parameters of addresses say that sound secret. */
export const maskParameters = (text: string): string => text.replace(secretParameter, `$1${mask}`)

/** Masks passwords and tokens that stand inside addresses. */
export const maskAddresses = (text: string): string => maskParameters(text.replace(userInfo, `$1${mask}@`))

/** A copy in which every field whose name sounds secret is masked. What is no plain data (an error, a date) stays itself. */
export function maskFields(fields: Readonly<Record<string, unknown>>, depth = deepest): Record<string, unknown> {
  const safe: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) safe[name] = secretName.test(name) ? mask : maskValue(value, depth)
  return safe
}

function maskValue(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return depth === 0 ? '…' : value.map((item) => maskValue(item, depth - 1))
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value
  return depth === 0 ? '…' : maskFields(value, depth - 1)
}
