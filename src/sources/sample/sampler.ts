// Owns what happens in the generated network, one message after another: who writes, answers, edits, deletes, changes.
import type { Entry } from '../../message/line.ts'
import { contentOf } from './content.ts'
import type { Language } from './language.ts'
import { languages } from './languages.ts'
import { authorOf, People, type Person } from './people.ts'
import { messageOf, newPost, type Post } from './post.ts'
import { pick, seeded, whole } from './random.ts'
import { languageAt } from './rhythm.ts'

export interface Sampler {
  /** One message that arrives at a time (milliseconds), with what else happens then: entries for a journal, authors first. */
  next(at: number): readonly Entry[]
}

/** Who talks to whom: one for each language. */
interface Circle {
  readonly language: Language
  readonly people: People
  /** The last messages, in any order. */
  readonly recent: Post[]
}

const remembered = 256
const day = 86_400_000

const entry = { imported: false }
const aboutAuthor = (person: Person): Entry => ({ op: 'A', ...entry, author: authorOf(person) })

/** Begins a network. `people` is the seed of who is there, `talk` of what they do; with the same times all is the same. */
export function createSampler({ people, talk }: { readonly people: number; readonly talk: number }): Sampler {
  const random = seeded(talk)
  const offset = whole(seeded(people), 1_000_000)
  let before = 0
  const circles = languages.map((language): Circle => {
    const people = new People(random, language, offset + before * 104_729)
    before += people.size
    return { language, people, recent: [] }
  })
  let serial = 0

  const chance = (share: number): boolean => random() < share

  /** Most arrive at once, some up to six hours late. */
  const delay = (): number => (chance(0.02) ? Math.floor(21_600_000 * random() ** 3) : 150 + whole(random, 2500))

  function write({ language, people, recent }: Circle, at: number, entries: Entry[]): void {
    const { person, isNew } = people.writer()
    if (isNew) entries.push(aboutAuthor(person))
    const parent = chance(0.3) ? recent[whole(random, recent.length)] : undefined
    const quoted = chance(0.04) ? recent[whole(random, recent.length)] : undefined
    const created = at - delay()
    const post = newPost(random, serial++, {
      person,
      // Nobody answers what is not written yet.
      created: Math.max(created, parent?.created ?? 0, quoted?.created ?? 0),
      seen: at,
      root: parent?.root ?? parent?.id,
      parent: parent?.id,
      quoted: quoted?.id,
      place: chance(0.03) ? pick(random, language.places) : undefined,
    })
    const mentioned = parent !== undefined && chance(0.25) ? parent.person : chance(0.04) ? people.acquaintance() : undefined
    entries.push({ op: 'I', ...entry, message: messageOf(post, contentOf(random, language, Math.floor(at / day), mentioned), undefined) })
    if (recent.length < remembered) recent.push(post)
    else recent[whole(random, remembered)] = post
  }

  function edit({ language, recent }: Circle, at: number, entries: Entry[]): void {
    const post = recent[whole(random, recent.length)]
    if (post?.person.state !== 'active') return
    entries.push({ op: 'U', ...entry, message: messageOf(post, contentOf(random, language, Math.floor(at / day), undefined), at) })
  }

  function remove({ recent }: Circle, entries: Entry[]): void {
    const [post] = recent.splice(whole(random, recent.length), 1)
    if (post !== undefined) entries.push({ op: 'D', ...entry, id_str: post.id, created_at: new Date(post.created).toISOString() })
  }

  function change({ people }: Circle, entries: Entry[]): void {
    const person = people.acquaintance()
    if (person === undefined || person.state === 'deleted') return
    people.change(person)
    entries.push(aboutAuthor(person))
  }

  return {
    next(at) {
      const entries: Entry[] = []
      const circle = circles[languageAt(random, at)]
      if (circle === undefined) return entries
      write(circle, at, entries)
      if (chance(0.01)) edit(circle, at, entries)
      if (chance(0.012)) remove(circle, entries)
      if (chance(0.002)) change(circle, entries)
      return entries
    },
  }
}
