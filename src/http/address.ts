// Owns reading network addresses: one spelling for each, and the networks that are written as address/bits.
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import { LoklakError } from '../watch/errors.ts'

/** One spelling for an address: no brackets, port or zone, and IPv4 inside IPv6 as IPv4. Undefined where it is none. */
export function plainAddress(text: string): string | undefined {
  const bare = text.trim().replace(/^\[([^\]]+)\](:\d+)?$/, '$1').replace(/%.*$/, '').replace(/^([\d.]+):\d+$/, '$1').toLowerCase()
  const mapped = bare.startsWith('::ffff:') ? bare.slice(7) : bare
  if (isIPv4(mapped)) return mapped
  return isIPv6(bare) ? bare : undefined
}

/** Whether an address is in any of the given networks. Throws LoklakError where one of them is none. */
export function networks(list: readonly string[]): (address: string) => boolean {
  const known = new BlockList()
  for (const entry of list) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    const length = bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits)
    try {
      known.addSubnet(address, length, family)
    } catch {
      throw new LoklakError('BAD_SETTING', `server.proxies: "${entry}" is not a network such as 10.0.0.0/8`)
    }
  }
  return (address) => known.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

const loopback = networks(['127.0.0.0/8', '::1'])
export const isLoopback = (address: string): boolean => loopback(address)

/** What one customer of a network usually holds: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function holder(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':')
}
