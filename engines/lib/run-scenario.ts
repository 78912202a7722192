import { isDeepStrictEqual } from 'node:util'
import type { Engine, EngineName, Rows } from './engine.ts'
import type { Remark, Scenario, Setup, Step } from './scenario.ts'
import type { Usage } from './usage.ts'

export interface StepResult {
  readonly title: string
  readonly engine: EngineName
  /** SQL statement, or name of the Python function. */
  readonly what: string
  readonly outcome: 'passed' | 'failed'
  readonly ms: number
  /** Message that explains why the step failed. */
  readonly message?: string
  /** Figures that the step has measured, for the report. */
  readonly remark?: Remark
}

export interface ScenarioResult {
  readonly scenario: string
  readonly engines: readonly EngineName[]
  readonly storage: string
  /**
   * Number of refreshes, minted credentials and signed requests of the server. Missing if the run did not start the
   * server.
   */
  readonly usage?: Usage
  /** Reason why the scenario was skipped, and has no steps. */
  readonly skipped?: string
  readonly ms: number
  readonly steps: readonly StepResult[]
}

/** Runs all steps of a scenario in order. Continues after a failed step, so that one run finds all faults. */
export async function runScenario(
  scenario: Scenario,
  setup: Setup,
  engine: (name: EngineName) => Promise<Engine>,
  onStep: (result: StepResult) => void = () => {},
): Promise<ScenarioResult> {
  const started = Date.now()
  const skipped = scenario.skip?.(setup)
  const about = { scenario: scenario.name, engines: scenario.engines, storage: setup.storage }
  if (skipped !== undefined) return { ...about, skipped, ms: 0, steps: [] }
  const steps: StepResult[] = []
  for (const step of await scenario.steps(setup, engine)) {
    const result = await runStep(step, await engine(step.on))
    steps.push(result)
    onStep(result)
  }
  return { ...about, ms: Date.now() - started, steps }
}

async function runStep(step: Step, engine: Engine): Promise<StepResult> {
  const started = Date.now()
  const what = 'sql' in step ? step.sql : 'act' in step ? step.what : step.call
  const about = { title: step.title, engine: step.on, what }
  try {
    const performed = await perform(step, engine)
    judge(step, performed)
    const remark = 'remark' in performed ? { remark: performed.remark } : {}
    return { ...about, ...remark, outcome: 'passed', ms: Date.now() - started }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { ...about, outcome: 'failed', ms: Date.now() - started, message }
  }
}

type Performed = { readonly rows: Rows; readonly remark?: Remark } | { readonly error: string }

async function perform(step: Step, engine: Engine): Promise<Performed> {
  try {
    if ('sql' in step) return { rows: await engine.sql(step.sql, step.user) }
    if ('act' in step) return { rows: [], remark: await step.act(engine) }
    const value = await engine.call(step.call, step.args ?? {})
    return { rows: Array.isArray(value) ? (value as Rows) : [] }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

function judge(step: Step, performed: Performed): void {
  if (step.fails) {
    if (!('error' in performed))
      throw new Error(`the statement must fail with ${step.fails}, but it did not fail`)
    if (!step.fails.test(performed.error))
      throw new Error(`the statement must fail with ${step.fails}, but it failed with ${performed.error}`)
    return
  }
  if ('error' in performed) throw new Error(performed.error)
  const { rows } = performed
  if (step.rows && !isDeepStrictEqual(rows, step.rows)) {
    throw new Error(
      `the statement returned other rows\n  expected ${JSON.stringify(step.rows)}\n  got      ${JSON.stringify(rows)}`,
    )
  }
  step.check?.(rows)
}
