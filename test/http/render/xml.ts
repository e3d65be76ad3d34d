// Owns a strict little reader of XML for tests: it takes what is well-formed, with entities and namespaces checked, and
// throws for anything else. It shares nothing with what writes our XML.

export interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** Of this element alone. */
  readonly text: string
}

interface Open {
  readonly name: string
  readonly attributes: Map<string, string>
  readonly children: Element[]
  text: string
}

const token = /<\?xml version="1\.0" encoding="UTF-8"\?>|<(\/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)((?:\s+[A-Za-z_][\w.:-]*="[^<"]*")*)\s*(\/?)>|[^<]+/gy
const attribute = /\s+([A-Za-z_][\w.:-]*)="([^"]*)"/g
const entities = new Map([['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"]])
const allowed = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u

function unescaped(raw: string): string {
  if (raw.includes(']]>')) throw new Error(']]> in text')
  const text = raw.replace(/&([^;]{0,10};?)/g, (_, name: string) => {
    const character = entities.get(name.replace(/;$/, ''))
    if (character === undefined || !name.endsWith(';')) throw new Error(`no entity &${name}`)
    return character
  })
  if (!allowed.test(text)) throw new Error(`a character that XML has not: ${JSON.stringify(text)}`)
  return text
}

function checkNamespaces(element: Element, known: ReadonlySet<string>): void {
  const here = new Set([...known, ...[...element.attributes.keys()].filter((name) => name.startsWith('xmlns:')).map((name) => name.slice(6))])
  for (const name of [element.name, ...element.attributes.keys()]) {
    const [prefix, local] = name.split(':')
    if (local !== undefined && prefix !== 'xmlns' && !here.has(prefix ?? '')) throw new Error(`no namespace ${prefix}`)
  }
  for (const child of element.children) checkNamespaces(child, here)
}

/** The one element of a document. Throws where it is not well-formed. */
export function readXml(document: string): Element {
  const root: Open = { name: '', attributes: new Map(), children: [], text: '' }
  const open: Open[] = [root]
  token.lastIndex = 0
  for (let at = 0; at < document.length; at = token.lastIndex) {
    const found = token.exec(document)
    if (found === null) throw new Error(`not well-formed at ${at}: ${document.slice(at, at + 60)}`)
    const [whole, closes, name, attributes = '', empty] = found
    const parent = open.at(-1)
    if (parent === undefined) throw new Error('more is closed than was opened')
    if (whole.startsWith('<?')) {
      if (at !== 0) throw new Error('the declaration is not at the beginning')
    } else if (name === undefined) {
      parent.text += unescaped(whole)
    } else if (closes === '/') {
      if (parent.name !== name) throw new Error(`</${name}> closes <${parent.name}>`)
      open.pop()
    } else {
      const element: Open = { name, attributes: new Map(), children: [], text: '' }
      for (const [, key = '', value = ''] of attributes.matchAll(attribute)) {
        if (element.attributes.has(key)) throw new Error(`${key} twice`)
        element.attributes.set(key, unescaped(value))
      }
      parent.children.push(element)
      if (empty !== '/') open.push(element)
    }
  }
  const [only, ...more] = root.children
  if (open.length !== 1 || only === undefined || more.length > 0 || root.text.trim() !== '') throw new Error('not one element')
  checkNamespaces(only, new Set(['xml']))
  return only
}

/** The elements of a name within another. */
export const named = (element: Element | undefined, name: string): readonly Element[] => element?.children.filter((child) => child.name === name) ?? []
