const verdict = /^(\S.*) :: (SUCCESSFUL|FAILED|ABORTED|SKIPPED)$/
const every = 20

/**
 * Returns a function that receives the lines of JUnit's console launcher, and prints the progress after every 20 tests
 * and after each failed test.
 *
 * @param total expected number of tests, if it is known
 */
export function progressReader(
  name: string,
  total: number | undefined,
  say: (line: string) => void,
): (line: string) => void {
  let ended = 0
  let failed = 0
  return (line) => {
    const [, path = '', outcome] = verdict.exec(line) ?? []
    if (outcome === undefined) return
    ended++
    if (outcome === 'FAILED') {
      failed++
      say(`${name}: FAILED ${path.split(' > ').slice(1).join(' > ')}`)
    }
    if (ended % every === 0) {
      say(`${name}: ${ended}${total === undefined ? '' : ` of ${total}`} tests, ${failed} failed`)
    }
  }
}
