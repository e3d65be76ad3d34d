// Owns telling that an answer may lack something, to those who read no metadata: by headers, and in words.
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { PartialReason } from '../../index/port.ts'
import type { SourceGap } from './coverage.ts'

/** Gaps that a header names, and that are put into words; the newest. */
const inHeader = 10
const inWords = 3

interface Lack {
  readonly partial: PartialReason | undefined
  readonly coverage: readonly SourceGap[]
}

/** Of an answer that may lack something, for its description. */
export const lackHeaders = {
  'Loklak-Partial': Type.String({ description: 'why the answer is not whole' }),
  'Loklak-Coverage': Type.String({ description: 'SOURCE FROM/TO, …: the newest gaps of the sources in the time that was searched' }),
}

/** `Loklak-Partial: REASON` and `Loklak-Coverage: SOURCE FROM/TO, …`. */
export function tellByHeaders(reply: FastifyReply, { partial, coverage }: Lack): void {
  if (partial !== undefined) reply.header('loklak-partial', partial)
  if (coverage.length > 0) reply.header('loklak-coverage', coverage.slice(-inHeader).map(({ source, from, to }) => `${source} ${from}/${to}`).join(', '))
}

/** A sentence each. */
export function tellInWords({ partial, coverage }: Lack): string[] {
  const gaps = coverage.slice(-inWords).map(missed)
  const more = coverage.length - gaps.length
  return [...(partial === undefined ? [] : [`This is not all: ${partial}.`]), ...gaps.map((gap) => `${gap}.`), ...(more > 0 ? [`Earlier gaps: ${more}.`] : [])]
}

export const missed = ({ source, from, to, reason }: SourceGap): string => `${source} may have missed messages from ${from} to ${to}: ${reason}`
