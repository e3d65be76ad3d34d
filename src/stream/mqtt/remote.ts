// Owns publishing to a broker elsewhere (Mosquitto in production), by the MQTT client library. One connection, one life: when it
// breaks it is gone, and the publisher opens another from its own cursor.
import { readFile } from 'node:fs/promises'
import { connect as connectMqtt, type IClientOptions, type MqttClient } from 'mqtt'
import type { Connect } from './outlet.ts'

export interface RemoteOptions {
  readonly address: string
  readonly user: string
  readonly password: string
  /** A PEM file with the authority of the broker's certificate. */
  readonly ca: string | undefined
  readonly clientId: string
  readonly qos: 0 | 1 | 2
}

const connectTimeout = 10_000

async function clientOptions({ user, password, ca, clientId }: RemoteOptions): Promise<IClientOptions> {
  return {
    clientId,
    clean: true,
    // What is under way when a connection breaks is published again from the journal; the library must not keep it as well.
    reconnectPeriod: 0,
    connectTimeout,
    keepalive: 30,
    ...(user === '' ? {} : { username: user }),
    ...(password === '' ? {} : { password }),
    ...(ca === undefined ? {} : { ca: await readFile(ca) }),
  }
}

const withoutSecrets = (address: string): string => {
  const { protocol, host, pathname } = new URL(address)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

/** Resolves with the reason when the connection breaks, whatever broke it. */
function whenGone(client: MqttClient): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  client.on('error', (error) => resolve(error.message))
  client.on('close', () => resolve('the connection was closed'))
  client.on('offline', () => resolve('the broker does not answer'))
  return promise
}

const whenConnected = (client: MqttClient): Promise<undefined> => new Promise((resolve) => client.once('connect', () => resolve(undefined)))

const whenAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => (signal.aborted ? resolve('stopped') : signal.addEventListener('abort', () => resolve('stopped'), { once: true })))

export function remoteBroker(options: RemoteOptions): Connect {
  return async (signal) => {
    const client = connectMqtt(options.address, await clientOptions(options))
    const gone = whenGone(client)
    const close = () => client.endAsync(true).catch(() => undefined)
    const failure = await Promise.race([whenConnected(client), gone, whenAborted(signal)])
    if (failure !== undefined) {
      await close()
      throw new Error(failure)
    }
    return {
      address: withoutSecrets(options.address),
      async publish(topic, payload) {
        await client.publishAsync(topic, payload, { qos: options.qos })
      },
      // That is the broker's own business.
      room: () => Promise.resolve(),
      gone,
      async close() {
        await close()
      },
    }
  }
}
