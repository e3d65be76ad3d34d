// Owns a server for the tests of commands that ask one: the HTTP room over a naive index, by socket and by address.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { listen } from '../../src/http/listen.ts'
import type { Parts } from '../../src/http/parts.ts'
import type { Message } from '../../src/message/schema.ts'
import { library, type Library } from '../http/naive-index.ts'
import { temporaryFolder } from './folders.ts'

export interface Served extends Library {
  /** The data folder. */
  readonly path: string
  readonly url: string
}

/** Listens until the test is over. */
export async function served(t: TestContext, messages: readonly (Partial<Message> & { readonly id_str: string })[], parts: Partial<Parts> = {}): Promise<Served> {
  const path = await temporaryFolder(t)
  await mkdir(join(path, 'state'))
  const house = library(messages, { options: { hosts: ['127.0.0.1'], port: 0, socket: join(path, 'state', 'loklak.sock') }, parts })
  const { urls: [url = ''], close } = await listen(house.app, house.options)
  t.after(() => close(0))
  return { ...house, path, url }
}
