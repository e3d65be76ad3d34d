// Owns writing HTML: what is put into a template is text unless it says that it is HTML, so that nothing can be smuggled in.

export class Html {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter)

type Part = string | number | Html | readonly Html[]

function source(part: Part): string {
  if (part instanceof Html) return part.source
  return typeof part === 'object' ? part.map((piece) => piece.source).join('') : escape(String(part))
}

/** A template of HTML whose parts are escaped unless they are Html. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + (index < parts.length ? source(parts[index] ?? '') : '')).join(''))
}
