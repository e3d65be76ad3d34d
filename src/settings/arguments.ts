// Owns the form of a command line: which words are `--name=value` and which are arguments. Does not know any name.

export type Word =
  | { readonly name: string; /** Undefined where nothing was given: the next word is missing or is itself an option. */ readonly text: string | undefined }
  | { readonly argument: string }

/** What a name takes: `value` also from the next word, `switch` is true by itself, `none` has no value. */
export type Takes = 'value' | 'switch' | 'none'

const truth = new Set(['true', 'false', 'on', 'off'])

/**
 * The words of a command line, read one by one, so that `takes` may depend on what came before. After `--` all are
 * arguments. A switch takes the next word only where that is true, false, on or off.
 */
export function* readWords(argv: readonly string[], takes: (name: string) => Takes): Generator<Word> {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--') {
      for (const argument of argv.slice(i + 1)) yield { argument }
      return
    }
    const [, name, text] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    if (name === undefined) {
      yield { argument: word }
      continue
    }
    const next = argv[i + 1]
    const kind = takes(name)
    if (text !== undefined || kind === 'none') yield { name, text }
    else if (kind === 'switch') yield { name, text: next !== undefined && truth.has(next) ? (i++, next) : 'true' }
    else yield { name, text: next === undefined || next.startsWith('--') ? undefined : (i++, next) }
  }
}
