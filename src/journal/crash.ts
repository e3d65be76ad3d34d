// Owns dying on purpose: with LOKLAK_CRASH_AT=<point>[:<n>] the process kills itself the n-th time it passes that point, as a
// power cut would. For the test of recovery; without the variable it is nothing.
const nothing = (): void => undefined

/** For those who may die at some named points. */
export function crashAt<Point extends string>(env: Readonly<NodeJS.ProcessEnv>, points: readonly Point[]): (name: Point) => void {
  const [wanted, count = '1'] = (env['LOKLAK_CRASH_AT'] ?? '').split(':')
  const point = points.find((name) => name === wanted)
  if (point === undefined) return nothing
  let left = Number(count)
  return (name) => {
    if (name === point && --left <= 0) process.kill(process.pid, 'SIGKILL')
  }
}
