// The command `settings`: every setting with its value and where that comes from.
import { describeSettings, type SettingRow } from '../settings/describe.ts'
import { command } from './command.ts'
import { formatFlag, writeRows, type Sheet } from './rows.ts'

const sheet: Sheet<SettingRow> = {
  columns: { key: (row) => row.key, value: (row) => row.value, origin: (row) => row.origin, help: (row) => row.help },
  line: ({ key, value, origin }) => `${key} = ${value}${origin === 'default' ? '' : `   (${origin})`}`,
}

export const settings = command({
  name: 'settings',
  summary: 'Prints every setting with its value and where that comes from, and what is wrong with them.',
  usage: ['settings [--format FORMAT]'],
  lenient: true,
  flags: { format: formatFlag },
  run: async ({ origins, problems, out, err, signal }, { format }) => {
    await writeRows(describeSettings({ origins }), sheet, { format, out, signal })
    for (const problem of problems) err.write(`wrong: ${problem}\n`)
    return problems.length > 0 ? 1 : 0
  },
})
