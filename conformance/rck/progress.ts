const verdict = /^(\S.*) :: (SUCCESSFUL|FAILED|ABORTED|SKIPPED)$/
const every = 20

/**
 * Reads the feed that JUnit's console launcher prints while it runs, and says how far it is: now and then,
 * and whenever a test fails.
 *
 * @param total number of tests that are known to come, if any
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
