// The part of the heavy packages that is used here, declared by hand, so that the types are checked in a checkout that
// never installed them.

declare module '@atproto/lex-cbor' {
  export function decodeAll(bytes: Uint8Array): Iterable<unknown>
  export function decode(bytes: Uint8Array): unknown
}

declare module '@atproto/lex-json' {
  export function lexToJson(value: unknown): unknown
}

declare module '@atproto/repo' {
  export function readCar(bytes: Uint8Array): Promise<{ readonly blocks: Iterable<readonly [cid: { toString(): string }, bytes: Uint8Array]> }>
}

declare module '@did-plc/lib' {
  type Operation = Readonly<Record<string, unknown>>
  interface DocumentData {
    readonly did: string
    readonly alsoKnownAs: readonly string[]
    readonly verificationMethods: Readonly<Record<string, string>>
    readonly services: Readonly<Record<string, { readonly type: string; readonly endpoint: string }>>
  }
  export function validateOperationLog(did: string, log: readonly Operation[]): Promise<DocumentData | null>
}

declare module '@did-plc/server' {
  import type { RequestListener } from 'node:http'
  import type { Operation } from '@did-plc/lib'

  interface PlcDatabase {
    opsForDid(did: string): Promise<readonly Operation[]>
  }
  const plc: {
    readonly Database: { mock(): PlcDatabase }
    readonly PlcServer: { create(options: { db: PlcDatabase }): { readonly app: RequestListener } }
  }
  export default plc
}

declare module '@atproto/pds' {
  import type { Server } from 'node:http'

  interface Config {
    readonly service: { readonly port: number }
  }
  type Secrets = Readonly<Record<string, unknown>>
  export function envToCfg(environment: Readonly<Record<string, unknown>>): Config
  export function envToSecrets(environment: Readonly<Record<string, unknown>>): Secrets
  export class PDS {
    static create(config: Config, secrets: Secrets): Promise<PDS>
    readonly app: { listen: (port: number, host?: string) => Server }
    start(): Promise<Server>
    destroy(): Promise<void>
  }
}

declare module '@atproto/api' {
  interface PostView {
    readonly uri: string
    readonly cid: string
    readonly author: { readonly did: string; readonly handle: string }
    readonly record: Readonly<Record<string, unknown>>
  }
  interface Page {
    readonly cursor?: string
    readonly hitsTotal?: number
    readonly posts: readonly PostView[]
  }
  type Asked = Readonly<Record<string, string | number | readonly string[]>>
  type Verdict = { readonly success: true } | { readonly success: false; readonly error: Error }
  /** Checks what it is answered against the lexicons, and throws where it does not fit. */
  export class AtpAgent {
    constructor(options: { readonly service: string })
    readonly app: { readonly bsky: { readonly feed: { searchPosts(asked: Asked): Promise<{ readonly data: Page }> } } }
  }
  export const AppBskyFeedDefs: { validatePostView(value: unknown): Verdict }
  export const AppBskyFeedPost: { validateRecord(value: unknown): Verdict }
}
