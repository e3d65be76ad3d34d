// Owns what --help prints: made from the tables of commands, flags and settings.
import type { OptionTable } from '../settings/option.ts'
import type { Command } from './command.ts'

/** Lines of two columns. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')
}

const common: readonly (readonly [string, string])[] = [
  ['--config FILE', 'Settings from a file in properties form.'],
  ['--KEY=VALUE', 'Any setting: `loklak settings` lists them with their values, docs/settings.md explains them.'],
  ['-h, --help', 'This text; after a command, its own.'],
  ['-v, --version', 'The version.'],
]

const placeholder = (kind: string): string => (kind.includes('|') ? kind : kind.toUpperCase().replaceAll(' ', '-'))

const flagRow = (name: string, { kind, default: initial, help }: OptionTable[string]): readonly [string, string] =>
  [kind.name === 'boolean' ? `--${name}` : `--${name} ${placeholder(kind.name)}`, initial === '' || kind.name === 'boolean' ? help : `${help} Default: ${initial}.`]

/** What loklak is, and its commands. */
export function generalHelp(commands: readonly Command[], version: string): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const)
  return `loklak ${version} collects the public social web, keeps it, searches it and streams it.

Usage: loklak [COMMAND] [ARGUMENT…] [--KEY=VALUE…]

Commands:
${columns(rows)}
Options:
${columns(common)}`
}

/** One command: how it is called, and its flags. */
export function commandHelp({ summary, usage, flags }: Command): string {
  const own = Object.entries(flags).map(([name, flag]) => flagRow(name, flag))
  return `${summary}

Usage:
${usage.map((line) => `  loklak ${line}\n`).join('')}
${own.length === 0 ? '' : `Flags:\n${columns(own)}\n`}Options:
${columns(common)}`
}
