import { invalid } from './field-error.ts'

/**
 * Maximum number of steps of one commit. A step takes about 50 ns, so all steps together take at most 0.2 s. A commit
 * with hundreds of new schemas, specs or versions stays below the limit.
 */
const maxSteps = 4_000_000

/**
 * Limits the time to apply the updates of one commit. The server compares each added schema, spec, order or version
 * with all existing ones, so that the time grows with the square of their number.
 */
export class StepBudget {
  #left = maxSteps

  /**
   * Adds steps to the total of the commit. One step is the comparison of a number or a short text.
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
