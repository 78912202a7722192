import { Failed } from '../../conformance/lib/outcome.ts'
import { seconds } from '../../conformance/lib/text-table.ts'

/** Check of the chart, with the title that is printed. */
export interface Step {
  readonly name: string
  run(): Promise<string>
}

/** Result of one check of the chart. */
export interface StepResult {
  readonly step: string
  readonly outcome: 'ok' | 'failed'
  /** Facts that are printed after a success, or the reason of the failure. */
  readonly detail: string
  readonly seconds: number
}

/** Runs the checks one after another, and prints each result with its duration. Continues after a failed check. */
export async function runSteps(
  steps: readonly Step[],
  print: (line: string) => void,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  for (const { name, run } of steps) {
    const started = performance.now()
    const ended = await run().then(
      (detail) => ({ outcome: 'ok' as const, detail }),
      (error: unknown) => ({ outcome: 'failed' as const, detail: describe(error) }),
    )
    const ms = performance.now() - started
    results.push({ step: name, ...ended, seconds: Math.round(ms / 100) / 10 })
    print(`${ended.outcome === 'ok' ? 'ok    ' : 'FAILED'}  ${name} (${seconds(ms)}): ${ended.detail}`)
  }
  return results
}

function describe(error: unknown): string {
  if (error instanceof Failed) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
