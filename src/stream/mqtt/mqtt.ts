// Owns MQTT as the rest sees it: a projection that publishes, to a broker elsewhere or to the one inside, whichever the
// settings say. The libraries are loaded only where MQTT is wanted.
import type { Message } from '../../message/schema.ts'
import { createPublisher, type PublisherOptions, type PublisherState } from './publisher.ts'
import type { EmbeddedBroker } from './embedded.ts'
import type { Connect } from './outlet.ts'
import type { RemoteOptions } from './remote.ts'
import { createPublications, type TopicFamily } from './topics.ts'

export interface MqttOptions extends Pick<PublisherOptions, 'journal' | 'statePath' | 'now' | 'log' | 'crashPoint'> {
  /** Undefined: the broker inside. */
  readonly remote: RemoteOptions | undefined
  readonly port: number
  readonly portWs: number
  readonly connections: number
  readonly topics: readonly TopicFamily[]
  readonly prefix: string
  /** Whether a message, or its author, was deleted or hidden since: then its text is not published any more. */
  readonly isGone: (message: Message) => boolean
}

/** Milliseconds in which listeners come back after the broker, or the program with the broker inside, was away; clients try again after one or two seconds. */
const settle = 5_000

/** The last three are of the broker inside; null where it is elsewhere. */
export interface MqttCounts extends Pick<PublisherState, 'connected' | 'published' | 'refused'> {
  readonly clients: number | null
  readonly cut: number | null
  readonly turned_away: number | null
}

const elsewhere = { clients: null, cut: null, turned_away: null }
const notOpen = { clients: 0, cut: 0, turned_away: 0 }

export interface Mqtt {
  /** Publishes until the signal aborts, then closes everything. A broker that is away holds nothing up. */
  run(signal: AbortSignal): Promise<void>
  state(): PublisherState
  counts(): MqttCounts
}

export function mqtt(options: MqttOptions): Mqtt {
  const { remote, port, portWs, connections } = options
  let inside: EmbeddedBroker | undefined

  const connect: Connect = async (signal) => {
    if (remote !== undefined) {
      const { remoteBroker } = await import('./remote.ts')
      return remoteBroker(remote)(signal)
    }
    const { embeddedBroker } = await import('./embedded.ts')
    inside ??= await embeddedBroker({ port, portWs, connections })
    options.log.info(`MQTT broker on ${inside.addresses.join(' and ')}`)
    return inside.connect(signal)
  }

  const publisher = createPublisher({ ...options, connect, settle, publications: createPublications(options.topics, options.prefix, options.isGone) })
  return {
    async run(signal) {
      await publisher.run(signal)
      await inside?.close()
    },
    state: () => publisher.state(),
    counts() {
      const { connected, published, refused } = publisher.state()
      return { connected, published, refused, ...(remote === undefined ? (inside?.counts() ?? notOpen) : elsewhere) }
    },
  }
}
