// The command `index`: how large the index of a running server is, whether it is whole, and making it anew from the dumps.
import { LoklakError } from '../watch/errors.ts'
import { command } from './command.ts'
import { formatFlag } from './rows.ts'

export const indexCommand = command({
  name: 'index',
  summary: 'Shows how large the index of a running server is, checks it, or makes it anew from the dumps.',
  usage: ['index stats [--format FORMAT]', 'index check [--format FORMAT]', 'index rebuild'],
  arguments: { min: 1, max: 1 },
  flags: { format: formatFlag },
  run: async (context, { format }) => {
    const { stats, check, rebuild } = await import('./index-asked.ts')
    const [what] = context.args
    switch (what) {
      case 'stats':
        return stats(context, format)
      case 'check':
        return check(context, format)
      case 'rebuild':
        return rebuild(context)
      default:
        throw new LoklakError('BAD_USAGE', `index ${what ?? ''}: stats, check or rebuild was expected.`)
    }
  },
})
