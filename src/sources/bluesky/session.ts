// Owns what one connection's frames lead to: events go on to the intake, what the server says about itself is heeded,
// and the first event shows whether anything is missing before it.
import type { Gap } from '../source.ts'
import { decodeFrame } from './decode.ts'
import { draftOf } from './draft.ts'
import { frameText, type Dictionary } from './compression.ts'
import { clocksDiffer, gapBefore, type Mark, type Numbering } from './cursor.ts'
import type { Event, Notice } from './event.ts'
import type { Flow } from './flow.ts'
import type { Profiles } from './profiles.ts'
import type { State } from './state.ts'
import { patience, type Tally } from './tally.ts'

/** What outlives a connection. */
export interface Parts {
  readonly flow: Flow
  readonly state: State
  readonly tally: Tally
  readonly numbering: Numbering
  readonly profiles: Profiles | null
}

export interface SessionOptions {
  readonly server: string
  readonly dictionary: Dictionary | null
  readonly mostFrame: number
  readonly now: () => number
  /** The cursor that this connection goes on after, microseconds; null where it begins anew and nothing can be missing. */
  readonly after: number | null
  /** How much later the first event may be without anything being missing, microseconds. */
  readonly tolerance: number
  /** The server had to be asked for less than the cursor. */
  readonly outdated: boolean
  /** Whether another server may still have what this one lost. */
  readonly elsewhere: boolean
  /** Ends the connection. */
  readonly leave: (reason: Departure, detail: string) => void
}

/** Why we end a connection by ourselves. */
export type Departure = 'server error' | 'numbers began again' | 'not decompressed' | 'nothing of use'

export interface Session {
  frame(data: Buffer, binary: boolean): void
  /** Whether any event came. */
  heard(): boolean
}

export function session(parts: Parts, options: SessionOptions): Session {
  const { flow, state, tally, numbering, profiles } = parts
  const { server, leave } = options
  const ignored = (field: string): void => tally.drop(`left out: ${field}`)
  const begun = options.now()
  let outdated = options.outdated
  /** When the last event was, microseconds; null before the first. */
  let previous: number | null = null
  let decompressed = false

  /** What is missing before an event. In the midst of a connection only a leap in time together with numbers that begin again says so: behind one address there may be several servers, each with its own numbers. */
  function missingBefore(mark: Mark, restarted: boolean): Gap | undefined {
    if (options.after === null) return undefined
    if (previous === null) return gapBefore(mark.time, options.after, { outdated, restarted, tolerance: options.tolerance })
    const from = Math.max(options.after, previous)
    return restarted && mark.time - from > clocksDiffer ? gapBefore(mark.time, from, { outdated: false, restarted, tolerance: clocksDiffer }) : undefined
  }

  function heed(notice: Notice): void {
    if (notice.kind === 'error') leave('server error', `${notice.name}: ${notice.message}`)
    else if (notice.name === 'OutdatedCursor') outdated = true
    else tally.drop('unknown notice')
  }

  /** Counts a frame of no use. A server that sends nothing else for a while is left for the next. */
  function pass(reason: string): void {
    tally.useless(reason)
    if (tally.uselessFor() > patience && options.now() - begun > patience) leave('nothing of use', reason)
  }

  function take(event: Event, bytes: number): void {
    const mark: Mark = { time: event.time, server, seq: event.seq }
    const restarted = numbering.contradicts(mark)
    const gap = missingBefore(mark, restarted)
    if (restarted && gap !== undefined && options.elsewhere) return leave('numbers began again', 'the server lost its past; another one is asked')
    if (restarted) {
      numbering.forget()
      numbering.contradicts(mark)
    }
    if (gap !== undefined) state.addGap(gap)
    previous = mark.time
    const draft = draftOf(event, ignored)
    if (draft === 'post without text' || draft === 'other collection') pass(draft)
    else tally.useful()
    const given = typeof draft === 'string' ? undefined : draft
    profiles?.reached(event.time)
    tally.event(event, given?.kind === 'message' || given?.kind === 'edit')
    flow.add(given, bytes, mark)
    if (given?.kind === 'message') profiles?.want(event.did)
    // With a handle or without: it says nothing of the name, the picture and the labels that go with it.
    else if (event.kind === 'identity') profiles?.refresh(event.did)
  }

  function frame(data: Buffer, binary: boolean): void {
    tally.frame()
    const read = frameText(data, binary, options.dictionary, options.mostFrame)
    if (typeof read === 'string') {
      pass(read)
      // The very first one already: then it is not the frame, it is the dictionary.
      if (read === 'frame not decompressed' && !decompressed) leave('not decompressed', 'its frames do not fit the dictionary')
      return
    }
    decompressed = true
    const decoded = decodeFrame(read.text)
    switch (decoded.kind) {
      case 'drop':
        return pass(decoded.reason)
      case 'info':
      case 'error':
        return heed(decoded)
      default:
        return take(decoded, data.length)
    }
  }

  return { frame, heard: () => previous !== null }
}
