// Owns what became of the original's keys that are no settings any more: each is read, and says what to use instead.
import { boolean, type Parsed } from './kind.ts'

/** What becomes of a key: nothing, now or yet, or a setting of ours. */
export interface Fate {
  readonly fate: 'retired' | 'later' | 'mapped'
  /** What to use instead, or what it waits for; for a person. */
  readonly instead: string
  /** The setting that a value stands for; undefined where it stands for the default. */
  readonly becomes?: (text: string, cwd: string) => Parsed<readonly [key: string, text: string] | undefined>
}

const retired = (instead: string): Fate => ({ fate: 'retired', instead })
const later = (instead: string): Fate => ({ fate: 'later', instead })

const https = later('HTTPS arrives with a later version; until then a reverse proxy can end TLS in front of `port.http`')
const rights = retired('the socket in `data.path`, whose file mode says who may use it, gives the rights of the operator')
const accounts = retired('there are no accounts and no passwords; a reverse proxy can ask for them')
const rate = retired('`server.requests.rate` limits requests from one address')
const harvesting = later('standing queries arrive with a later version')
const classes = later('classes of messages arrive with a later version')
const engine = later('Elasticsearch and OpenSearch arrive with a later version; the index is inside loklak')
const backends = retired('what is pushed to peers follows the journal and resumes by itself, without limits to set')
const logging = retired('`log.level` says how much is logged')
const website = retired('the pages are part of the program')

const monthly: Fate = {
  fate: 'mapped',
  instead: '`retention.age`; `true` is taken as `retention.age=30d`',
  becomes: (text, cwd) => {
    const on = boolean.parse(text, cwd)
    return 'wrong' in on ? on : { value: on.value ? ['retention.age', '30d'] : undefined }
  },
}

/** A key that ends in `*` stands for all that begin with it; the first that fits counts. */
export const originalKeys: Readonly<Record<string, Fate>> = {
  'autodeletion': monthly,
  'https.keysource': https,
  'https.key': https,
  'https.cert': https,
  'keystore.name': https,
  'keystore.password': https,
  'http.auth': accounts,
  'users.*': accounts,
  'smtp.*': accounts,
  'mails.*': accounts,
  'www.path': website,
  'www.expires': website,
  'server.localhost': rights,
  'referrer.localhost': rights,
  'server.blacklist': retired('a firewall or reverse proxy can keep addresses out'),
  'DoS.blackout': rate,
  'DoS.servicereduction': rate,
  'frontpeers': retired('nothing is scraped, so nothing can be delegated'),
  'retrieval.forbackend.*': retired('nothing is scraped for peers; `backend` gets what is collected'),
  'retrieval.user.enabled': retired('`source.bluesky.appview.url` tells names of accounts'),
  'retrieval.*': harvesting,
  'caretaker.*': backends,
  'upgradeInterval': retired('loklak never updates itself'),
  'elasticsearch*': engine,
  'classifierservlet.cache.timeout': classes,
  'classification.*': classes,
  'client.twitter*': retired('the Twitter API is not used; do not leave its secrets in a configuration'),
  'Xmx': retired('Node takes what it needs; `NODE_OPTIONS=--max-old-space-size=512` (MB) limits it'),
  'noio': retired('it never had an effect'),
  'flag.*': logging,
  'httpsclient.trustselfsignedcerts': retired('certificates are always checked; `NODE_EXTRA_CA_CERTS` names further authorities'),
}

const exact: ReadonlyMap<string, Fate> = new Map(Object.entries(originalKeys).filter(([key]) => !key.endsWith('*')))
const beginnings = Object.entries(originalKeys).filter(([key]) => key.endsWith('*')).map(([key, fate]) => [key.slice(0, -1), fate] as const)

export const findOriginal = (key: string): Fate | undefined =>
  exact.get(key) ?? beginnings.find(([beginning]) => key.startsWith(beginning) && key.length > beginning.length)?.[1]
