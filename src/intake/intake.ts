// Owns the one write path: validate, enrich, known?, journal, acknowledge. Everything from every source goes through here,
// new or known, edited or deleted. Does not know networks, files or clients.
import { enrich } from '../enrich/enrich.ts'
import type { Journal } from '../journal/port.ts'
import { writtenAt } from '../message/identity.ts'
import { readInstant } from '../message/instant.ts'
import type { Entry, JournalRecord, Position } from '../message/line.ts'
import { isAuthor, isMessageDraft, misfit, type AsOf, type Author, type MessageDraft } from '../message/schema.ts'
import { isModest } from '../support/json.ts'
import type { ConsentPolicy } from './author.ts'
import { createDecider, type Decision, type Prepared } from './decide.ts'
import type { Known } from './known.ts'
import type { Draft, Intake, Outcome, Provenance, Receipt } from './port.ts'
import type { Quarantine } from './quarantine.ts'

export interface IntakeCounts {
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Refused drafts by reason. */
  readonly invalid: Readonly<Record<string, number>>
  /** What enrichment had to repair. */
  readonly repaired: Readonly<Record<string, number>>
  /** Samples of refused drafts that were kept aside. */
  readonly quarantined: number
  /** Drafts that wait for the disk. */
  readonly waiting: number
}

export interface OpenIntake extends Intake {
  counts(): IntakeCounts
  /** Resolves when everything offered so far is settled. */
  settled(): Promise<void>
}

export interface IntakeOptions {
  readonly journal: Pick<Journal, 'append'>
  readonly known: Known
  readonly quarantine: Quarantine
  readonly consent: ConsentPolicy
  readonly now: () => number
  /** Reads what is known once that is whole, and again where it could not be read, however long the disk takes. */
  readonly whole: <T>(read: () => T) => Promise<T>
  /** Called with what was written, for rates. */
  readonly onStored?: (entries: readonly Entry[]) => void
}

interface Waiting {
  readonly prepared: readonly Prepared[]
  readonly resolve: (receipts: readonly Receipt[]) => void
  readonly reject: (error: Error) => void
}

/** Drafts prepared and not yet synced; past it, offers wait before any work is done for them. */
const maxWaiting = 50_000
const batchDrafts = 5_000
const commitEvery = 1_000
const maxReasons = 200
/** What of a draft a line of the dumps, at most 4 MB, can hold however it has to be written, and JSON.stringify can write. */
const maxWeight = 150_000
const maxDepth = 64
/** Milliseconds by which the clock of a network may be ahead of ours. */
const skew = 600_000

/** Authors of whom something was heard after the last record of them, if there is one. */
function onlyNewer(decisions: readonly Decision[]): Iterable<Author> {
  const newer = new Map<string, Author>()
  for (const { id, entry, heard } of decisions) {
    if (heard !== undefined) newer.set(id, heard)
    else if (entry?.op === 'A') newer.delete(id)
  }
  return newer.values()
}

export function createIntake({ journal, known, quarantine, consent, now, whole, onStored }: IntakeOptions): OpenIntake {
  const queue: Waiting[] = []
  const outcomes: Record<Outcome, number> = { new: 0, known: 0, edited: 0, deleted: 0, author: 0, unchanged: 0, withheld: 0, invalid: 0 }
  const invalid = new Map<string, number>()
  const repaired = new Map<string, number>()
  let waiting = 0
  let room: (() => void)[] = []
  let running: Promise<void> | undefined
  let committed = now()

  function count(of: Map<string, number>, name: string): void {
    const key = of.has(name) || of.size < maxReasons ? name : 'other'
    of.set(key, (of.get(key) ?? 0) + 1)
  }

  function refuse(id: string, reason: string, draft: Draft): Prepared {
    count(invalid, reason.split(':')[0] ?? reason)
    quarantine.keep(reason, draft)
    return { kind: 'invalid', id, reason }
  }

  /** When a message that only its deletion tells of was written; undefined where that is no time. */
  const claimedTime = (claim: string | undefined): string | undefined => (claim === undefined || readInstant(claim) === undefined ? undefined : writtenAt(claim, now()).created_at)

  /** When something was told of an author. What claims to be from a time to come would keep everything else off until then. */
  function heardAt(time: number | AsOf = {}): AsOf {
    const { handle, profile, state } = typeof time === 'number' ? { handle: time, profile: time, state: time } : time
    const latest = (now() + skew) * 1000
    const past = (at: number | undefined): at is number => at !== undefined && at <= latest
    return { ...(past(handle) ? { handle } : {}), ...(past(profile) ? { profile } : {}), ...(past(state) ? { state } : {}) }
  }

  function handleOf(key: string): string | undefined {
    try {
      return known.author(key)?.handle
    } catch {
      // It cannot be read now. The message keeps the name that it came with, and waits until it can be decided.
      return undefined
    }
  }

  /** The handle by which the author is known by now; an imported message keeps the name that it came with. */
  function named(message: MessageDraft): MessageDraft {
    const key = message.user.user_id
    const handle = key === undefined ? undefined : handleOf(key)
    return handle === undefined || handle === message.user.screen_name ? message : { ...message, screen_name: handle, user: { ...message.user, screen_name: handle } }
  }

  function prepare(draft: Draft, { imported }: Provenance): Prepared {
    if (!isModest(draft, maxWeight, maxDepth)) return refuse('', `draft: has more than ${maxWeight} letters and members or more than ${maxDepth} levels`, draft)
    switch (draft.kind) {
      case 'author':
        return isAuthor(draft.author) ? { kind: 'author', author: draft.author, time: heardAt(draft.time), imported } : refuse('', `author.${misfit('author', draft.author) ?? ''}`, draft)
      case 'delete':
        return draft.id_str === '' || draft.id_str.length > 256 ? refuse(draft.id_str, 'id_str: must have 1 to 256 letters', draft) : { kind: 'delete', id_str: draft.id_str, created_at: claimedTime(draft.created_at), imported }
      default: {
        if (!isMessageDraft(draft.message)) return refuse('', `message.${misfit('draft', draft.message) ?? ''}`, draft)
        const { message, notes } = enrich(imported ? draft.message : named(draft.message), now())
        for (const note of notes) count(repaired, note)
        return { kind: draft.kind, message, imported }
      }
    }
  }

  function remember(records: readonly JournalRecord[], last: Position | undefined, decisions: readonly Decision[]): void {
    try {
      if (last !== undefined) known.apply(records, last)
      for (const author of onlyNewer(decisions)) known.heard(author)
      for (const { gone } of decisions) if (gone !== undefined) known.seenAgain(gone)
      if (now() - committed < commitEvery && now() >= committed) return
      known.commit()
      committed = now()
    } catch {
      // They are stored all the same. What is known is made whole again before anything else is decided.
    }
  }

  async function store(decisions: readonly Decision[]): Promise<readonly Receipt[]> {
    const entries = decisions.flatMap(({ entry }) => (entry === undefined ? [] : [entry]))
    const positions = await journal.append(entries)
    const records: JournalRecord[] = entries.map((entry, i) => ({ ...entry, position: positions[i] ?? 0 }))
    remember(records, positions.at(-1), decisions)
    onStored?.(entries)
    let at = 0
    return decisions.map(({ outcome, id, reason, entry }) => {
      outcomes[outcome]++
      const position = entry === undefined ? undefined : positions[at++]
      return { outcome, id, ...(reason === undefined ? {} : { reason }), ...(position === undefined ? {} : { position }) }
    })
  }

  function take(): Waiting[] {
    let drafts = 0
    let taken = 0
    while (taken < queue.length && (taken === 0 || drafts < batchDrafts)) drafts += queue[taken++]?.prepared.length ?? 0
    return queue.splice(0, taken)
  }

  async function storeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const decisions = await whole(() => batch.flatMap(({ prepared }) => prepared).map(createDecider(known, consent)))
      const receipts = await store(decisions)
      let at = 0
      for (const { prepared, resolve } of batch) resolve(receipts.slice(at, (at += prepared.length)))
    } catch (error) {
      for (const { reject } of batch) reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const batch = take()
      await storeBatch(batch)
      for (const { prepared } of batch) waiting -= prepared.length
      const wake = room
      room = []
      for (const enter of wake) enter()
    }
    running = undefined
  }

  return {
    async offer(drafts, from) {
      while (waiting >= maxWaiting) await new Promise<void>((enter) => room.push(enter))
      const prepared = drafts.map((draft) => prepare(draft, from))
      waiting += prepared.length
      return new Promise((resolve, reject) => {
        queue.push({ prepared, resolve, reject })
        running ??= run()
      })
    },
    counts: () => ({ outcomes: { ...outcomes }, invalid: Object.fromEntries(invalid), repaired: Object.fromEntries(repaired), quarantined: quarantine.kept(), waiting }),
    async settled() {
      while (running !== undefined) await running
    },
  }
}
