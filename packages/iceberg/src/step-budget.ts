import { invalid } from './field-error.ts'

/** Steps of one commit. A step takes about 50 ns, so all take 0.2 s. Hundreds of new schemas, specs or versions fit. */
const maxSteps = 4_000_000

/**
 * Limits the time to apply the updates of one commit. Some updates are compared with all items of their kind in the table
 * or view, so that the total time grows with the square of their number.
 */
export class StepBudget {
  #left = maxSteps

  /**
   * Spends steps, one for each comparison of a number or a short text.
   *
   * @throws {HeadgateError} `bad-request` when the budget is exceeded
   */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0)
      throw invalid(
        'Invalid commit: it adds or changes too many schemas, partition specs, sort orders, references or versions at once. Split it into several commits.',
      )
  }
}
