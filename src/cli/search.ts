// The command `search`: what a running server finds, newest first.
import { orders } from '../index/port.ts'
import { oneOf } from '../settings/kind.ts'
import { option } from '../settings/option.ts'
import { integer } from '../settings/quantity.ts'
import { command } from './command.ts'
import { messageFormats } from './rows.ts'
import { urlFlag, whereabouts } from './whereabouts.ts'

const count = new Intl.NumberFormat('en')

export const search = command({
  name: 'search',
  summary: 'Searches what a running server keeps.',
  usage: ['search QUERY… [--format FORMAT] [--count NUMBER] [--order ORDER] [--url ADDRESS]'],
  arguments: { min: 1, max: 100 },
  flags: {
    format: option(oneOf(messageFormats), 'txt', 'How the messages are written.'),
    count: option(integer({ max: 1000 }), '20', 'How many messages at most; `loklak export QUERY` has all.'),
    order: option(oneOf(orders), 'created_at', 'What they are ordered by, always descending.'),
    url: urlFlag,
  },
  run: async (context, { format, count: most, order, url }) => {
    const { out, err, signal } = context
    const [{ askHits, doubts }, { writeMessages }] = await Promise.all([import('./hits.ts'), import('./messages.ts')])
    const hits = await askHits(whereabouts(context, url), { q: context.args.join(' '), count: most, order, cursor: undefined, exact: undefined }, signal)
    const { hits: all, hits_relation, query_understood, partial_reason } = hits.search_metadata
    await writeMessages(hits.statuses, { format, out, signal, query: context.args.join(' '), settings: context.settings })
    err.write(doubts(hits))
    if (partial_reason !== undefined) err.write(`warning: this is not all: ${partial_reason}\n`)
    err.write(`${count.format(hits.statuses.length)} of ${hits_relation === 'gte' ? 'at least ' : ''}${count.format(all)} messages${query_understood === '' ? '' : `, searched as: ${query_understood}`}\n`)
    return partial_reason === undefined ? 0 : 1
  },
})
