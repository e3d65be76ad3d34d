// Owns messages as their authors are known now: put together of bytes as they are stored, and how they cross from a reading thread.
import { derivedNames } from '../../../message/derived.ts'
import type { Author, Message, User } from '../../../message/schema.ts'
import type { Catalog } from '../files/catalog.ts'
import { readLayout, type Layout, type Stored } from '../files/layout.ts'
import { readUser } from '../files/stored.ts'

/** Messages as answers show them, one after another, and where each ends. */
export interface PackedMessages {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly ends: readonly number[]
}

export const unpackMessages = ({ bytes, ends }: PackedMessages): Uint8Array[] => ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))

/** What changes in a message with its author, as JSON. */
interface Face {
  /** With its key; absent where it is as in the message. */
  readonly name: Buffer | undefined
  readonly user: Buffer
}

const userKey = ',"user":'
const derivedKeys = derivedNames.map((name) => `,"${name}":`)
/** Bytes of faces that are kept between answers: of some ten thousand authors. */
const mostBytes = 6 * 2 ** 20
/** What one takes beside its texts. */
const overhead = 250

/** Authors as they are known at one time. */
export class Faces {
  readonly #catalog: Pick<Catalog, 'authorsOf'>
  /** By what stands in the message as its user. */
  readonly #known = new Map<string, Face>()
  #bytes = 0

  constructor(catalog: Pick<Catalog, 'authorsOf'>) {
    this.#catalog = catalog
  }

  /** To be called when something may have become known of authors. */
  clear(): void {
    this.#known.clear()
    this.#bytes = 0
  }

  /** Messages as answers show them, in their order. */
  pack(messages: readonly Stored[]): PackedMessages {
    const read = messages.map(({ json, layout }) => {
      const { name, nameEnd, user, derived } = readLayout(layout)
      return { json, name, nameEnd, user, middle: `${derivedText(derived)}${userKey}`, author: json.toString('latin1', user + userKey.length, json.length - 1) }
    })
    this.#learn(read.map(({ author }) => author))
    const pieces = read.flatMap((one) => {
      const face = this.#known.get(one.author)
      return face === undefined ? [] : [{ ...one, face }]
    })
    this.#shed()
    return packed(pieces)
  }

  /** Asks for all at once who are not known yet. */
  #learn(users: readonly string[]): void {
    const unknown = new Set(users.filter((text) => !this.#known.has(text)))
    if (unknown.size === 0) return
    const read = Array.from(unknown, (text) => ({ text, user: readUser(Buffer.from(text, 'latin1').toString()) }))
    const authors = this.#catalog.authorsOf(read.flatMap(({ user }) => user.user_id ?? []))
    for (const { text, user } of read) {
      const face = faceOf(user, authors.get(user.user_id ?? ''))
      this.#known.set(text, face)
      this.#bytes += bytesOf(text, face)
    }
  }

  /** Forgets those that were learnt first. */
  #shed(): void {
    for (const [text, face] of this.#known) {
      if (this.#bytes <= mostBytes) return
      this.#known.delete(text)
      this.#bytes -= bytesOf(text, face)
    }
  }
}

const bytesOf = (text: string, { name, user }: Face): number => text.length + (name?.length ?? 0) + user.length + overhead

function faceOf(user: User, author: Author | undefined): Face {
  const isNamed = author?.handle !== undefined && author.handle !== ''
  return {
    name: isNamed ? Buffer.from(`"screen_name":${JSON.stringify(author.handle)}`) : undefined,
    user: Buffer.from(JSON.stringify(author === undefined ? user : asKnown(author, user))),
  }
}

/** The user of a message under the newest handle, name and avatar. */
function asKnown({ handle = '', name, avatar }: Author, user: User): User {
  return { ...user, ...(handle === '' ? {} : { screen_name: handle }), ...(name === undefined ? {} : { name }), ...picture(avatar) }
}

const picture = (avatar: string | undefined): Partial<User> =>
  avatar === undefined ? {} : avatar.startsWith('http:') ? { profile_image_url_http: avatar } : { profile_image_url_https: avatar }

/** A message as its author is known now. */
export function writtenBy(author: Author, message: Message): Message {
  const user = asKnown(author, message.user)
  return { ...message, ...(author.handle === undefined || author.handle === '' ? {} : { screen_name: author.handle }), user }
}

const derivedText = (derived: readonly number[]): string => derivedKeys.reduce((text, key, i) => text + key + (derived[i] ?? 0), '')

/** A message, where its parts are, and what comes in their place. */
interface Piece extends Omit<Layout, 'derived'> {
  readonly json: Buffer
  readonly face: Face
  /** What stands between the message and its user; ASCII. */
  readonly middle: string
}

function packed(pieces: readonly Piece[]): PackedMessages {
  const size = pieces.reduce((sum, { user, face, middle }) => sum + user + (face.name?.length ?? 0) + middle.length + face.user.length + 1, 0)
  // Not of the pool that others share: it crosses to another thread as it is.
  const bytes = Buffer.from(new ArrayBuffer(size))
  const ends: number[] = []
  let end = 0
  for (const { json, name, nameEnd, user, face, middle } of pieces) {
    if (face.name === undefined) end += json.copy(bytes, end, 0, user)
    else {
      end += json.copy(bytes, end, 0, name)
      end += face.name.copy(bytes, end)
      end += json.copy(bytes, end, nameEnd, user)
    }
    end += bytes.write(middle, end, 'latin1')
    end += face.user.copy(bytes, end)
    end += bytes.write('}', end, 'latin1')
    ends.push(end)
  }
  return { bytes, ends }
}
