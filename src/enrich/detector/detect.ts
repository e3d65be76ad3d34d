// Owns which language a text is in: by the method of eld (Nito T.M., Apache-2.0, see NOTICE) and with its answers, in a
// tenth of its time, since nothing is made for a text but numbers. Words are cut into stretches of four bytes of UTF-8,
// each stretch counts once, and what it says of languages is summed up.
import { begins, ends, hashOf, pack, readTable, tableFile } from './table.ts'

export interface Detected {
  /** ISO 639-1. */
  readonly language: string
  /** Whether the text speaks about as much for the language as texts in it do. */
  readonly reliable: boolean
}

const { head, bytes, find } = readTable(tableFile)
const separators = new RegExp(head.separators, 'gu')

/** Of a text so many UTF-16 units are looked at, and of these whole words up to the first that ends behind so many bytes. */
const longestText = 1000
const enough = 350
const most = 380
const longestWord = 70
/** Added to each score; the table leaves it out. */
const least = 53
/** Brings scores between 0 and 1, and how much of what is expected of a language makes it reliable. */
const scale = 25
const sure = 0.75
const fewest = 3

const space = 0x20
/** The first of two bytes of a letter, as the table has it. */
const leads = Uint8Array.from({ length: 256 }, (_, byte) => (head.unknown.includes(byte) ? space : byte))

// What follows is of the present text. It is written over by the next, so that no text leaves anything to collect.
const word = new Uint8Array(most + 8)
const scores = new Uint32Array(head.languages.length)
/** The stretches that were counted, by their hash: a place with the mark of an older text is free. */
const places = 1024
const seenLetters = new Uint32Array(places)
const seenShapes = new Uint8Array(places)
const seenMarks = new Float64Array(places)
let mark = 0
let stretches = 0
/** Ends of words that are too long to be in the table: they count all the same. */
const longEnds = new Set<string>()

function isNew(letters: number, shape: number): boolean {
  let place = hashOf(letters, shape) & (places - 1)
  for (; seenMarks[place] === mark; place = (place + 1) & (places - 1)) {
    if (seenLetters[place] === letters && seenShapes[place] === shape) return false
  }
  seenMarks[place] = mark
  seenLetters[place] = letters
  seenShapes[place] = shape
  return true
}

function count(from: number, to: number, shape: number): void {
  const letters = pack(word, from, to)
  const length = to - from
  if (!isNew(letters, length | shape)) return
  stretches++
  let at = find(letters, length | shape)
  if (at === 0) return
  for (let left = bytes[at++] ?? 0; left > 0; left--) {
    const language = bytes[at++] ?? 0
    scores[language] = (scores[language] ?? 0) + (bytes[at++] ?? 0) + least
  }
}

/** Counts the stretches of the word that lies in the first `length` bytes: each begins with the last byte of the one before. */
function countWord(length: number): void {
  const cut = Math.min(length, longestWord)
  let at = 0
  for (; at + 4 < cut; at += 3) {
    // A letter unknown to the table reads as a space, and that ends a word of three.
    if (at === 0 && word[3] === space) count(0, 3, begins | ends)
    else count(at, at + 4, at === 0 ? begins : 0)
  }
  if (length > longestWord) longEnds.add(String.fromCharCode(...word.subarray(cut - 4, length)))
  else count(Math.max(0, cut - 4), cut, at === 0 ? begins | ends : ends)
}

/** Counts the words of a text in which single spaces separate letters of the first plane. */
function countWords(text: string): void {
  let length = 0
  let read = 0
  for (let i = 0; i < text.length && read <= most; i++) {
    const code = text.charCodeAt(i)
    if (code === space) {
      if (length > 0) countWord(length)
      length = 0
      if (read > enough) return
      read++
      continue
    }
    const before = length
    if (code < 0x80) word[length++] = code
    else {
      if (code < 0x8_00) word[length++] = leads[0xc0 | (code >> 6)] ?? 0
      else {
        word[length++] = 0xe0 | (code >> 12)
        word[length++] = 0x80 | ((code >> 6) & 0x3f)
      }
      word[length++] = 0x80 | (code & 0x3f)
    }
    read += length - before
  }
  if (length > 0) countWord(length)
}

/** The language for which a text speaks most; undefined where it speaks for none. */
export function detect(text: string): Detected | undefined {
  mark++
  stretches = 0
  longEnds.clear()
  scores.fill(0)
  countWords(text.slice(0, longestText).replace(separators, ' ').trim().toLowerCase())
  let best = 0
  for (let i = 1; i < scores.length; i++) if ((scores[i] ?? 0) > (scores[best] ?? 0)) best = i
  const language = head.languages[best]
  const sum = scores[best] ?? 0
  if (language === undefined || sum === 0) return undefined
  const counted = stretches + longEnds.size
  const score = sum / counted
  return { language, reliable: counted >= fewest && score / (score + scale) >= (head.expected[best] ?? 1) * sure }
}
