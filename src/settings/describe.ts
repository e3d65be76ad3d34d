// Owns how settings are shown: to the operator with their origin, to everybody as far as they are public, and as the
// page docs/settings.md. Nothing secret gets out here.
import type { LoadedSettings } from './load.ts'
import { withoutCredentials } from './kind.ts'
import type { Option } from './option.ts'
import { findOption, options, subjects, type Settings } from './options.ts'
import { originalKeys } from './original.ts'

export interface SettingRow {
  readonly key: string
  /** As it was written; `(hidden)` for a secret. */
  readonly value: string
  readonly origin: string
  readonly help: string
}

function shownValue({ secret, kind }: Option<unknown>, text: string): string {
  if (secret === true) return text === '' ? '' : '(hidden)'
  return kind.name.endsWith('address') || text.includes('://') ? withoutCredentials(text) : text
}

/** All settings with value and origin, in the order of the table. */
export function describeSettings({ origins }: Pick<LoadedSettings, 'origins'>): SettingRow[] {
  const rows = [...origins].flatMap(([key, { text, from }]) => {
    const option = findOption(key)
    if (option === undefined) return []
    return [{ key, value: shownValue(option, text), origin: from, help: option.help }]
  })
  const order = Object.keys(options)
  const place = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.findIndex((name) => name.endsWith('.*') && key.startsWith(name.slice(0, -1))))
  return rows.sort((a, b) => place(a.key) - place(b.key))
}

/** What everybody may know: the settings marked public, and those of `client.*` without that prefix. */
export function publicSettings(settings: Settings): Readonly<Record<string, unknown>> {
  const marked = Object.entries<Option<unknown>>(options).filter(([key, option]) => option.public === true && !key.endsWith('.*'))
  const values = new Map<string, unknown>(Object.entries(settings))
  return { ...Object.fromEntries(marked.map(([key]) => [key, values.get(key)])), ...settings['client.*'] }
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => (text === '' ? 'empty' : `\`${text}\``)

const optionLine = ([key, { kind, default: text, help, secret, later }]: [string, Option<unknown>]): string => {
  const defaults = kind.name.startsWith('list') ? code(text).replaceAll(',', '`, `') : code(text)
  const notes = [...(secret === true ? ['Secret.'] : []), ...(later === true ? ['Has no effect yet.'] : [])]
  return `| \`${key}\` | ${cell(kind.name)} | ${defaults} | ${cell([help, ...notes].join(' '))} |`
}

const fates = { retired: 'retired', later: 'no effect yet', mapped: 'has a new name' }

const introduction = `# Settings

This page is made from the table in \`src/settings/options\` by \`npm run docs\`. \`loklak settings\` prints every setting with its value and where
that comes from.

## Where settings come from

Later wins:

1. the defaults below
2. the file that \`--config FILE\` names, in Java's properties form: \`key=value\` lines in UTF-8, \`#\` before comments, \`\\\` at the end of a line
   that goes on
3. \`settings/customized_config.properties\` in the data folder, in the same form
4. the environment: \`LOKLAK_PORT_HTTP\` for \`port.http\`. The names that the original read are known too and count less: \`PORT\`, \`PORTSSL\`, and
   \`port_http\`. An empty variable counts as not set. Unknown variables that begin with \`LOKLAK_\` are warned about.
5. the command line: \`--port.http=9000\` or \`--port.http 9000\`; \`--stream.enabled\` alone is \`true\`

A key that is not known, or a value that does not fit, stops the start with a message that says which, where and what would be right.

The value of every setting can come from a file: \`stream.mqtt.password.file=/run/secrets/mqtt\`, \`LOKLAK_STREAM_MQTT_PASSWORD_FILE\`. The last line
break in the file does not count. Secrets are never shown.

## How values are written

| type | written as |
|---|---|
| boolean | \`true\` \`on\` \`1\`, \`false\` \`off\` \`0\` |
| duration | \`500ms\` \`15s\` \`10m\` \`1h\` \`7d\` \`4w\`; a number alone is milliseconds |
| size | \`500kB\` \`10MB\` \`2GB\` (1000) or \`64KiB\` \`10MiB\` \`1GiB\` (1024); a number alone is bytes |
| share of a disk | \`5%\`, \`2GB\`, or both with a comma between, and the larger counts |
| point in time | \`2026-01-31\` (UTC), \`2026-01-31T12:00:00Z\`, or a time ago: \`-36h\` |
| network | \`10.0.0.0/8\`, \`fd00::/8\`, or one address |
| path | relative ones begin at the folder where loklak was started |
| list | values separated by commas |
`

/** The page docs/settings.md. */
export function settingsPage(): string {
  const tables = subjects.map(({ title, options: table }) =>
    [`## ${title}`, '', '| key | type | default | meaning |', '|---|---|---|---|', ...Object.entries(table).map(optionLine), ''].join('\n'))
  const old = Object.entries(originalKeys).map(([key, { fate, instead }]) => `| \`${key}\` | ${fates[fate]} | ${cell(instead)} |`)
  const original = ['## Keys of the original loklak', '', 'All other keys of the original are settings above. These are read and warned about:', '', '| key | | instead |', '|---|---|---|', ...old, '']
  return [introduction, ...tables, original.join('\n')].join('\n')
}
