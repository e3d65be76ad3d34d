// Owns the question whether a line that is not ours names what is gone: of an imported file, a rejected, torn or quarantined
// one. Every version of what was edited or renewed goes, because the newest is in our own dumps.
import { idOf } from '../message/foreign.ts'
import { isObject, parseJson, type JsonObject } from '../support/json.ts'
import type { Forgotten } from './forget.ts'

function namesGone(what: JsonObject, { ids, edited, authors, renewed }: Forgotten): boolean {
  const { id_str, user_id, key } = what
  for (const id of [id_str, idOf(what)]) if (typeof id === 'string' && (ids.has(id) || edited.has(id))) return true
  return (typeof user_id === 'string' && authors.has(user_id)) || (typeof key === 'string' && (authors.has(key) || renewed.has(key)))
}

/** Whether anything in a line says so, however deep: not by calling itself, because whoever wrote the line may have nested it without end. */
function says(line: JsonObject, forgotten: Forgotten): boolean {
  const left: object[] = [line]
  for (let what = left.pop(); what !== undefined; what = left.pop()) {
    if (isObject(what) && namesGone(what, forgotten)) return true
    for (const value of Object.values(what)) if (typeof value === 'object' && value !== null) left.push(value)
  }
  return false
}

// A torn line may be cut or escaped anywhere, so quotes are taken with any number of backslashes before them. The search
// begins at a quote: begun at a backslash, a line of nothing else would take the square of its length.
const named = /"(id_str|user_id|key|network|source_type)\\*"\s*:\s*\\*"((?:[^"\\]|\\+(?:u[0-9a-fA-F]{4}|\/))+)/g

const unescaped = (value: string): string => value.replaceAll(/\\+(?:u([0-9a-fA-F]{4})|\/)/g, (_, code?: string) => (code === undefined ? '/' : String.fromCharCode(Number.parseInt(code, 16))))

function tornNamesGone(line: string, forgotten: Forgotten): boolean {
  const found = Array.from(line.matchAll(named), ([, field = '', value = '']): readonly [string, string] => [field, unescaped(value)])
  const context = Object.fromEntries(found.filter(([field]) => field === 'network' || field === 'source_type'))
  return found.some(([field, value]) => namesGone({ ...context, [field]: value }, forgotten))
}

/** The line that a rejected or damaged line is kept in, as the text it was. */
const wrapped = ({ reason, text, line }: JsonObject): string | undefined => (typeof reason !== 'string' ? undefined : typeof text === 'string' ? text : typeof line === 'string' ? line : undefined)

/** Whether a line that somebody else may have written names what is gone, by the ids under which an import took it in. */
export function namesForgotten(line: string, forgotten: Forgotten): boolean {
  const json = parseJson(line)
  if (!isObject(json)) return tornNamesGone(line, forgotten)
  if (says(json, forgotten)) return true
  const inner = wrapped(json)
  return inner !== undefined && namesForgotten(inner, forgotten)
}
