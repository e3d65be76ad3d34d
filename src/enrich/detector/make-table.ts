// Makes table.bin of the smallest table of eld (Nito T.M., Apache-2.0, see NOTICE): `npm run make:languages`, wanted only
// after another version of eld was installed. What lies in the file is told in table.ts.
import { readFileSync, writeFileSync } from 'node:fs'
import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { begins, ends, format, Head, tableFile } from './table.ts'

/** A score for each language that a stretch speaks for, by its number. */
const Scores = Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 255 }))
const Ngrams = Type.Object({
  ngramsData: Type.Object({
    type: Type.String(),
    languages: Type.Record(Type.String(), Type.String()),
    ngrams: Type.Record(Type.String(), Scores),
  }),
})
const Letters = Type.Object({ dictionary: Type.Array(Type.String(), { minItems: 256, maxItems: 256 }) })
const Averages = Type.Object({ avgScore: Type.Record(Type.String(), Type.Number()) })
const Patterns = Type.Object({ separators: Type.Object({ source: Type.String(), flags: Type.Literal('gu') }) })
const Package = Type.Object({ name: Type.String(), version: Type.String() })

/** eld gives out a detector, but not what it is made of: that lies in its files. */
const inside = (path: string): URL => new URL(path, import.meta.resolve('eld/extrasmall'))
const load = async (path: string): Promise<unknown> => import(inside(path).href)

function checked<const T extends TSchema>(schema: T, value: unknown): Static<T> {
  Value.Assert(schema, value)
  return value
}

/** A stretch as it lies in the table. eld writes each byte as one letter, and a space where a word begins or ends. */
function encode(ngram: string, scores: Static<typeof Scores>, byteOf: ReadonlyMap<string, number>): number[] {
  const [, before, letters = '', after] = /^( ?)([^ ]{1,4})( ?)$/u.exec(ngram) ?? []
  const bytes = Array.from(letters).flatMap((letter) => byteOf.get(letter) ?? [])
  if (bytes.length === 0 || bytes.length !== letters.length) throw new Error(`"${ngram}" is not a stretch of a word.`)
  const pairs = Object.entries(scores).flatMap(([language, score]) => [Number(language), score])
  return [bytes.length | (before === ' ' ? begins : 0) | (after === ' ' ? ends : 0), ...bytes, pairs.length / 2, ...pairs]
}

/** The table of the installed eld, as it lies in the file. */
export async function makeTable(): Promise<Buffer> {
  const { name, version } = checked(Package, JSON.parse(readFileSync(inside('../../package.json'), 'utf8')))
  const { type, languages, ngrams } = checked(Ngrams, await load('../ngrams/extrasmall.js')).ngramsData
  const { dictionary } = checked(Letters, await load('../dictionary.js'))
  const { avgScore } = checked(Averages, await load('../avgScore.js'))
  const { separators } = checked(Patterns, await load('../regexPatterns.js'))

  const byteOf = new Map(dictionary.map((letter, byte) => [letter, byte] satisfies [string, number]))
  const stretches = Object.entries(ngrams)
  const body = Buffer.from(stretches.flatMap(([ngram, scores]) => encode(ngram, scores, byteOf)))
  const head = checked(Head, {
    format,
    origin: `${name} ${version} ${type}`,
    languages: Object.values(languages),
    expected: Object.values(languages).map((language) => avgScore[language]),
    separators: separators.source,
    unknown: Array.from({ length: 0x20 }, (_, i) => 0xc0 | i).filter((byte) => dictionary[byte] === ' '),
    stretches: stretches.length,
    bytes: body.length,
  })
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body])
}

if (import.meta.main) writeFileSync(tableFile, await makeTable())
