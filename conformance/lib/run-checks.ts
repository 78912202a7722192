import { Failed } from './outcome.ts'

/** Check of one required behavior of the software under test. */
export interface Check<Fixture> {
  readonly name: string
  /** Required behavior, as a sentence. */
  readonly about: string
  /**
   * Runs the check.
   *
   * @returns a remark for the report, or undefined
   * @throws Failed when the promise is broken, or an error that represents another outcome
   */
  run(fixture: Fixture): Promise<string | undefined>
}

export interface CheckResult<Outcome extends string> {
  readonly name: string
  readonly about: string
  readonly outcome: Outcome | 'ok' | 'failed'
  readonly reason: string
  readonly ms: number
}

/**
 * Runs one check, and measures its time. Returns its outcome, with the remark or the reason of the failure.
 *
 * @param toOutcome returns the outcome that an error represents, or undefined for a failure
 */
export async function runCheck<Fixture, Outcome extends string>(
  check: Check<Fixture>,
  fixture: Fixture,
  toOutcome: (error: unknown) => Outcome | undefined,
): Promise<CheckResult<Outcome>> {
  const { name, about } = check
  const started = performance.now()
  const ended = (outcome: CheckResult<Outcome>['outcome'], reason = ''): CheckResult<Outcome> => ({
    name,
    about,
    outcome,
    reason,
    ms: Math.round(performance.now() - started),
  })
  try {
    return ended('ok', await check.run(fixture))
  } catch (error) {
    const outcome = toOutcome(error)
    if (error instanceof Error && (outcome !== undefined || error instanceof Failed))
      return ended(outcome ?? 'failed', error.message)
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
    return ended('failed', `${String(error)}${cause}`)
  }
}

/** Runs checks one after another, and prints the outcome of each. */
export async function runChecks<Each, Result extends { readonly outcome: string }>(
  checks: readonly Each[],
  run: (check: Each) => Promise<Result>,
  say: (line: string) => void,
  toTitle: (check: Each) => string,
): Promise<Result[]> {
  const results: Result[] = []
  for (const check of checks) {
    const result = await run(check)
    results.push(result)
    say(`${results.length} of ${checks.length}  ${result.outcome}  ${toTitle(check)}`)
  }
  return results
}
