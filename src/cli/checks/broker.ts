// Owns the check of MQTT, where it is wanted: that the broker inside can listen, or that the one elsewhere takes us.
import type { Settings } from '../../settings/options.ts'
import { fail, ok, reasonOf, warn, type Finding } from './check.ts'
import { tryListening } from './port.ts'

const host = '127.0.0.1'

/** `held`: whether a loklak that runs has the data folder, and so these ports. */
async function checkInside(setting: 'stream.broker.port' | 'stream.broker.port.ws', port: number, held: boolean): Promise<Finding> {
  const check = `mqtt port ${host}:${port}`
  const code = await tryListening(host, port)
  if (code === undefined) return ok(check, port === 0 ? 'any free port' : 'free')
  if (code === 'EACCES') return fail(check, 'this user may not listen on it', `Choose a port from 1024 on: --${setting}=N.`)
  if (code === 'EADDRINUSE' && held) return ok(check, 'in use, as it is by the loklak that holds the data folder')
  const found = code === 'EADDRINUSE' ? 'in use by another program' : `it cannot be listened on (${code})`
  return fail(check, found, `Stop what listens there, choose another port with --${setting}=N (0 = any), or publish to a broker elsewhere with stream.mqtt.address.`)
}

async function checkElsewhere(settings: Settings, address: string, signal: AbortSignal, timeout: number): Promise<Finding> {
  const late = AbortSignal.timeout(timeout)
  const check = `mqtt broker ${new URL(address).host}`
  const { remoteBroker } = await import('../../stream/mqtt/remote.ts')
  // Under a name of its own: brokers throw out who has the same.
  const options = { address, user: settings['stream.mqtt.user'], password: settings['stream.mqtt.password'], ca: settings['stream.mqtt.ca'], clientId: `loklak-doctor-${process.pid}`, qos: 0 as const }
  try {
    const outlet = await remoteBroker(options)(AbortSignal.any([signal, late]))
    await outlet.close()
    return ok(check, 'reached, and it takes us')
  } catch (error) {
    return warn(check, `not reached: ${late.aborted ? `no answer within ${timeout} ms` : reasonOf(error)}`, 'Messages are kept all the same and published once it is there. Check stream.mqtt.address, .user, .password, .ca, and whether the broker runs.')
  }
}

/** `timeout`: milliseconds that a broker elsewhere has to answer. */
export async function checkBroker(settings: Settings, held: boolean, { signal, timeout }: { readonly signal: AbortSignal; readonly timeout: number }): Promise<Finding[]> {
  if (!settings['stream.enabled']) return []
  const address = settings['stream.mqtt.address']
  if (address !== undefined) return [await checkElsewhere(settings, address, signal, timeout)]
  return Promise.all([checkInside('stream.broker.port', settings['stream.broker.port'], held), checkInside('stream.broker.port.ws', settings['stream.broker.port.ws'], held)])
}
