import { setTimeout as sleep } from 'node:timers/promises'

/** Compares actual with expected values, prints each comparison, counts the equal ones and collects the others. */
export class Checks {
  readonly failures: string[] = []
  #held = 0

  get held(): number {
    return this.#held
  }

  is(what: string, actual: unknown, expected: unknown): void {
    const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
    if (is === wanted) this.#held += 1
    else this.failures.push(`${what}: the result is ${is}, expected ${wanted}`)
    console.error(
      `${is === wanted ? 'ok  ' : 'FAIL'} ${what}${is === wanted ? '' : `: the result is ${is}, expected ${wanted}`}`,
    )
  }

  /**
   * Calls `ask` repeatedly until it returns the expected value, for at most `withinMs`. Returns the elapsed time in
   * ms.
   */
  async becomes(
    what: string,
    ask: () => Promise<unknown>,
    expected: unknown,
    withinMs: number,
  ): Promise<number> {
    const started = Date.now()
    let actual: unknown = await ask()
    while (actual !== expected && Date.now() - started < withinMs) {
      await sleep(100)
      actual = await ask()
    }
    const took = Date.now() - started
    this.is(`${what} (after ${(took / 1000).toFixed(1)} s)`, actual, expected)
    return took
  }
}
