// Owns the options of the live stream and of its MQTT publisher.
import { broker, path } from '../address.ts'
import { boolean, kind, listOf, oneOf, optional, text } from '../kind.ts'
import { option } from '../option.ts'
import { bytes, integer, port } from '../quantity.ts'

/** The families of topics, by what the topic names. */
const topicFamilies = ['all', 'network', 'user', 'mention', 'hashtag', 'country', 'language', 'text'] as const

/** What would mean something else in a topic, or would not be one, stops a broker from taking any. Short, since brokers bound the levels. */
const topicPrefix = kind('topic prefix', 'the beginning of an MQTT topic: at most 80 characters, none of them + # or a control character, and the first not $', (text) =>
  (/^(?!\$)[^+#\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]{0,80}$/u.test(text) ? text : undefined))

export const streaming = {
  'stream.enabled': option(boolean, 'false', 'Whether messages are published by MQTT. Streams over HTTP need no setting.', { public: true }),
  'stream.mqtt.address': option(optional(broker), '', 'The broker: `mqtt://`, `mqtts://`, `tcp://`, `ws://` or `wss://`, or `host:port` alone. Empty: a broker inside loklak, on this machine alone.'),
  'stream.mqtt.user': option(text, '', 'User name at the broker.'),
  'stream.mqtt.password': option(text, '', 'Password at the broker.', { secret: true }),
  'stream.mqtt.ca': option(optional(path), '', 'PEM file with the authority that signed the certificate of the broker. Empty: the ones that Node knows.'),
  'stream.mqtt.client.id': option(text, '', 'Client id at the broker. Empty: one that follows from the journal, so that two servers do not throw each other out.'),
  'stream.mqtt.qos': option(integer({ max: 2 }), '1', 'Quality of service: 0 may lose messages, 1 delivers at least once, 2 exactly once to the broker.'),
  'stream.mqtt.prefix': option(topicPrefix, '', 'Put before every topic, as it is: `loklak/` makes `loklak/all` of `all`. Without `+`, `#`, control characters, and `$` at its beginning.'),
  'stream.mqtt.topics': option(listOf(oneOf(topicFamilies)), 'all,network,user,mention,hashtag,country,language', 'Families of topics that are published; each costs one publication a message and name. `text` is one for each word.'),
  'stream.broker.port': option(port, '1883', 'Port of the broker inside loklak, on 127.0.0.1; 0 takes any free one.'),
  'stream.broker.port.ws': option(port, '9001', 'Port of the broker inside loklak for MQTT over WebSocket, on 127.0.0.1; 0 takes any free one.'),
  'stream.limit.queue': option(bytes, '1MiB', 'What may wait for one slow reader; then it is cut off and can resume where it stopped.'),
  'stream.limit.address': option(integer({ min: 1 }), '8', 'Streams from one address; more are answered 503.'),
  'stream.limit.total': option(integer({ min: 1 }), '2000', 'Streams in all; more are answered 503.'),
}
