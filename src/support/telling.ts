// Owns handing on, to somebody who takes it at his own pace, what long work tells by calls on its way.

/**
 * Yields what `work` says, and returns what it comes to. Of what is said while nobody takes anything the newest stays: it
 * tells how far the work is, and holds it up never.
 */
export async function* telling<Said, Result>(work: (say: (said: Said) => void) => Promise<Result>): AsyncGenerator<Said, Result> {
  let newest: { readonly said: Said } | undefined
  let isOver = false
  let heard = Promise.withResolvers<void>()
  const over = (): void => {
    isOver = true
    heard.resolve()
  }
  const done = work((said) => {
    newest = { said }
    heard.resolve()
  })
  done.then(over, over)
  while (!isOver) {
    await heard.promise
    heard = Promise.withResolvers()
    if (newest === undefined) continue
    const { said } = newest
    newest = undefined
    yield said
  }
  return done
}
