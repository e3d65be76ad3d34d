// Owns the kinds of value that name a place: on the network or on the disk.
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { kind, type Kind } from './kind.ts'

/** An address with one of the given schemes, as it was written. */
export function url(...schemes: readonly string[]): Kind<string> {
  const list = schemes.map((scheme) => `${scheme}://`).join(' or ')
  return kind('address', `${/^[aeiouhw]/.test(schemes[0] ?? '') ? 'a' : 'an'} ${list} address`, (text) => {
    const parsed = URL.canParse(text) ? new URL(text) : undefined
    return parsed !== undefined && schemes.includes(parsed.protocol.slice(0, -1)) && parsed.hostname !== '' ? text : undefined
  })
}

const brokerSchemes = new Set(['mqtt', 'mqtts', 'ws', 'wss'])

/** The address of a broker as mqtt:// mqtts:// ws:// or wss://; tcp:// and no scheme at all, as the original wrote them, become mqtt://. */
export const broker = kind('address', 'an mqtt://, mqtts://, tcp://, ws:// or wss:// address', (text) => {
  const address = text.includes('://') ? text.replace(/^tcp:/i, 'mqtt:') : `mqtt://${text}`
  const parsed = URL.canParse(address) ? new URL(address) : undefined
  return parsed !== undefined && brokerSchemes.has(parsed.protocol.slice(0, -1)) && parsed.hostname !== '' ? address : undefined
})

/** An IP address or a host name, to listen on. */
export const host = kind('host', 'an IP address or a host name', (text) => {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/i.test(bare) ? bare : undefined
})

/** A network as address/bits; an address alone is a network of one. */
export const cidr = kind('network', 'a network such as 10.0.0.0/8 or fd00::/8', (text) => {
  const [address = '', bits, ...more] = text.split('/')
  const width = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : 0
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  return width > 0 && length <= width && more.length === 0 && !address.includes('%') ? `${address}/${length}` : undefined
})

/** An absolute path; a relative one begins at the folder where loklak was started. */
export const path = kind('path', 'a path', (text, cwd) => (text === '' || text.includes('\0') ? undefined : resolve(cwd, text)))
