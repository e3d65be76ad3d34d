// Owns what really happened: every account does through it what it does, and it keeps the simplest possible books. And the
// other side of the ledger, what a dump says happened, in the same form, so that the two can be compared.
import type { JsonObject } from '../../src/support/json.ts'
import type { Account, Written } from './account.ts'
import { textAt } from './listener.ts'

/** The life of a post: the hashes of what was first written and of each edit, in order, and how often it was deleted. */
export interface Life {
  readonly inserted: string[]
  readonly edited: string[]
  deleted: number
}

export interface Standing {
  handle: string
  name?: string
  state: 'active' | 'hidden' | 'deleted'
}

export interface Books {
  readonly posts: ReadonlyMap<string, Life>
  readonly authors: ReadonlyMap<string, Standing>
}

const entry = (lives: Map<string, Life>, id: string): Life => {
  const life = lives.get(id) ?? { inserted: [], edited: [], deleted: 0 }
  lives.set(id, life)
  return life
}

export class Oracle implements Books {
  readonly posts = new Map<string, Life>()
  readonly authors = new Map<string, Standing>()

  /** An account whose doings are written down. */
  watch(account: Account): Account {
    const { did } = account
    const standing: Standing = { handle: account.handle(), state: 'active' }
    this.authors.set(did, standing)
    const id = (rkey: string): string => `bluesky:${did}:${rkey}`
    const inserted = (written: Written): Written => {
      entry(this.posts, id(written.rkey)).inserted.push(written.cid)
      return written
    }
    return {
      ...account,
      post: async (record) => inserted(await account.post(record)),
      postTogether: async (records) => (await account.postTogether(records)).map(inserted),
      edit: async (rkey, record) => {
        const written = await account.edit(rkey, record)
        entry(this.posts, id(rkey)).edited.push(written.cid)
        return written
      },
      remove: async (rkey) => {
        await account.remove(rkey)
        entry(this.posts, id(rkey)).deleted++
      },
      describe: async (profile) => {
        await account.describe(profile)
        standing.name = textAt(profile, 'displayName')
      },
      rename: async (name) => {
        await account.rename(name)
        standing.handle = account.handle()
      },
      deactivate: async () => {
        await account.deactivate()
        standing.state = 'hidden'
      },
      activate: async () => {
        await account.activate()
        standing.state = 'active'
      },
      takeDown: async (applied) => {
        await account.takeDown(applied)
        standing.state = applied ? 'hidden' : 'active'
      },
      erase: async () => {
        await account.erase()
        standing.state = 'deleted'
      },
    }
  }
}

const isState = (value: string): value is Standing['state'] => value === 'active' || value === 'hidden' || value === 'deleted'

/** The books that a dump keeps. Of an author the newest record counts. */
export function booksOf(records: readonly JsonObject[]): Books {
  const posts = new Map<string, Life>()
  const authors = new Map<string, Standing>()
  for (const record of records) {
    const operation = textAt(record, '$P')
    if (operation === 'A') {
      const name = textAt(record, 'author', 'name')
      const state = textAt(record, 'author', 'state') || 'active'
      if (!isState(state)) throw new Error(`not a state: ${JSON.stringify(record)}`)
      authors.set(textAt(record, 'author', 'key'), { handle: textAt(record, 'author', 'handle'), ...(name === '' ? {} : { name }), state })
      continue
    }
    const life = entry(posts, textAt(record, 'id_str'))
    if (operation === 'I') life.inserted.push(textAt(record, 'cid'))
    else if (operation === 'U') life.edited.push(textAt(record, 'cid'))
    else if (operation === 'D') life.deleted++
    else throw new Error(`not an operation: ${JSON.stringify(record)}`)
  }
  return { posts, authors }
}
