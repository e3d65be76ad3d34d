// Owns which server a command asks.
import type { Whereabouts } from '../http/visitor.ts'
import { dataFolder } from '../journal/data-folder.ts'
import { url } from '../settings/address.ts'
import { optional } from '../settings/kind.ts'
import { option } from '../settings/option.ts'
import type { Context } from './command.ts'

/** The flag of every command that asks a server. */
export const urlFlag = option(optional(url('http', 'https')), '', 'The server that is asked, http://HOST:PORT. Empty: the one that runs on the data folder.')

/** The server that a command is to ask. */
export const whereabouts = ({ settings }: Context, address: string | undefined): Whereabouts =>
  address === undefined ? { socket: dataFolder(settings['data.path']).socket } : { url: address }
