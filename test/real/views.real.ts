// Posts as nobody should write them, asked for by Bluesky's official client, which checks every answer by the lexicons and throws
// a whole page away for one value that does not fit.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppBskyFeedDefs, AppBskyFeedPost, AtpAgent } from '@atproto/api'
import fc from 'fast-check'
import { library } from '../http/naive-index.ts'
import { hostilePost } from '../http/render/hostile.ts'

test('a page of hostile posts is one that the official client takes, and so is every record in it', async (t) => {
  const posts = fc.sample(hostilePost, 2000).map((post, at) => ({ ...post, id_str: `bluesky:x:${at}` }))
  const { app } = library(posts)
  t.after(() => app.close())
  const { app: { bsky: { feed } } } = new AtpAgent({ service: await app.listen({ host: '127.0.0.1', port: 0 }) })
  let shown = 0
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { data }: Awaited<ReturnType<typeof feed.searchPosts>> = await feed.searchPosts({ q: '*', limit: 100, ...(cursor === '' ? {} : { cursor }) })
    for (const post of data.posts) {
      assert.deepEqual([AppBskyFeedDefs.validatePostView(post).success, AppBskyFeedPost.validateRecord(post.record).success], [true, true], JSON.stringify(post))
    }
    shown += data.posts.length
    cursor = data.cursor
  }
  assert.ok(shown > 500, `only ${shown} were shown`)
})
