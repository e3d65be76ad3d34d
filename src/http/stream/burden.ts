// Owns how much the standing queries may ask of each message: those of one address, and in all. Equal ones are asked together
// and so count once. Does not know what becomes of the answers.
import { printQuery } from '../../query/print.ts'
import type { Query } from '../../query/tree.ts'
import { LoklakError } from '../../watch/errors.ts'

export interface Burden {
  /** `who` is counted by himself as well; null is not. */
  carrier(who: string | null): Carrier
}

/** What one connection has standing. */
export interface Carrier {
  /** From now on a subscription asks this, and no more what it asked before. Throws OVERLOADED, and then nothing has changed. */
  carry(id: string, query: Query | undefined): void
  leave(): void
}

export interface BurdenLimits {
  /** Conditions in the queries that differ, of one address and in all. */
  readonly perAddress: number
  readonly total: number
}

interface Carried {
  readonly text: string
  readonly conditions: number
}

/** Times that a look at every word or link of a message is dearer than one at its terms. */
const lookAtAll = 16

/** Words, tags and operators in a query. */
export function conditionsOf(query: Query): number {
  switch (query.kind) {
    case 'and':
      return query.all.reduce((sum, child) => sum + conditionsOf(child), 0)
    case 'or':
      return query.any.reduce((sum, child) => sum + conditionsOf(child), 0)
    case 'not':
      return conditionsOf(query.none)
    case 'words':
      return query.prefix ? lookAtAll : query.tokens.length
    case 'link':
      return lookAtAll
    default:
      return 1
  }
}

/** Queries that differ, together with no more than so many conditions. */
function createPile(limit: number) {
  const queries = new Map<string, Carried & { carriers: number }>()
  let sum = 0
  return {
    hasRoom: ({ text, conditions }: Carried): boolean => queries.has(text) || sum + conditions <= limit,
    isEmpty: (): boolean => queries.size === 0,
    add({ text, conditions }: Carried): void {
      const known = queries.get(text)
      if (known !== undefined) return void known.carriers++
      queries.set(text, { text, conditions, carriers: 1 })
      sum += conditions
    },
    remove({ text }: Carried): void {
      const known = queries.get(text)
      if (known === undefined || --known.carriers > 0) return
      queries.delete(text)
      sum -= known.conditions
    },
  }
}

export function createBurden({ perAddress, total }: BurdenLimits): Burden {
  const each = new Map<string, ReturnType<typeof createPile>>()
  const all = createPile(total)

  function add(who: string | null, query: Carried): void {
    const own = who === null ? undefined : (each.get(who) ?? createPile(perAddress))
    if (own?.hasRoom(query) === false) throw new LoklakError('OVERLOADED', `The queries of this address would have more than ${perAddress} conditions.`)
    if (!all.hasRoom(query)) throw new LoklakError('OVERLOADED', `All queries would have more than ${total} conditions.`)
    all.add(query)
    if (who === null || own === undefined) return
    own.add(query)
    each.set(who, own)
  }

  function remove(who: string | null, query: Carried): void {
    all.remove(query)
    const own = who === null ? undefined : each.get(who)
    own?.remove(query)
    if (who !== null && own?.isEmpty() === true) each.delete(who)
  }

  function carrier(who: string | null): Carrier {
    const carried = new Map<string, Carried>()

    function carry(id: string, query: Query | undefined): void {
      const before = carried.get(id)
      if (before !== undefined) remove(who, before)
      try {
        if (query === undefined) return void carried.delete(id)
        const next = { text: printQuery(query), conditions: conditionsOf(query) }
        add(who, next)
        carried.set(id, next)
      } catch (error) {
        if (before !== undefined) add(who, before)
        throw error
      }
    }

    function leave(): void {
      for (const one of carried.values()) remove(who, one)
      carried.clear()
    }

    return { carry, leave }
  }

  return { carrier }
}
