import { seconds, textTable } from '../../conformance/lib/text-table.ts'
import type { ScenarioResult, StepResult } from './run-scenario.ts'

/** Formats the result of one step as a line. The line of a failed step contains the statement and the message. */
export function stepLine(step: StepResult): string {
  const line = `  ${step.outcome === 'passed' ? 'ok  ' : 'FAIL'}  ${step.title}  (${step.engine}, ${step.ms} ms)`
  if (step.outcome === 'passed')
    return step.remark === undefined ? line : `${line}\n${indent(step.remark.text)}`
  return `${line}\n${indent(`${step.what}\n${step.message ?? ''}`)}`
}

/** Formats the summary of a run: one line for each scenario, and the totals. */
export function summary(results: readonly ScenarioResult[], ms: number): string {
  const table = textTable([
    [
      'scenario',
      'clients',
      'storage',
      'steps',
      'failed',
      'lives outlived',
      'refreshes',
      'mints',
      'signed',
      'time',
    ],
    ...results.map(scenarioLine),
  ])
  const { steps, passed, failed, skipped } = totals(results)
  const skips = skipped > 0 ? `, ${skipped} scenario(s) skipped` : ''
  return `${table}\n\n${byEngine(results)}\n\nengines: ${steps} steps, ${passed} passed, ${failed} failed${skips} (${seconds(ms)})`
}

function scenarioLine({ scenario, engines, storage, skipped, steps, usage, ms }: ScenarioResult): Line {
  const failed = steps.filter((step) => step.outcome === 'failed').length
  const about = [scenario, engines.join(', '), storage, steps.length, failed] as const
  const used = usage === undefined ? ['–', '–', '–'] : [usage.refreshes, usage.mints, usage.signed]
  const time = skipped === undefined ? seconds(ms) : `skipped: ${skipped}`
  return [...about, formatLifetimes(steps), ...used, time]
}

type Line = readonly (string | number)[]

/** Formats the figures of the job with the shortest duration, in lifetimes of its storage credentials. */
function formatLifetimes(steps: readonly StepResult[]): string {
  const lives = steps.flatMap(({ remark }) => (remark?.lives === undefined ? [] : [remark.lives]))
  return lives.length === 0 ? '–' : Math.min(...lives).toFixed(1)
}

/** Counts the passed steps and all steps, for each engine and storage. */
function byEngine(results: readonly ScenarioResult[]): string {
  const storages = [...new Set(results.map(({ storage }) => storage))]
  const engines = [...new Set(results.flatMap(({ steps }) => steps.map(({ engine }) => engine)))]
  const listSteps = (storage: string, engine: string): StepResult[] =>
    results.flatMap((result) =>
      result.storage === storage ? result.steps.filter((step) => step.engine === engine) : [],
    )
  return textTable([
    ['steps passed', ...engines],
    ...storages.map((storage) => [
      storage,
      ...engines.map((engine) => formatPassed(listSteps(storage, engine))),
    ]),
  ])
}

function formatPassed(steps: readonly StepResult[]): string {
  if (steps.length === 0) return '–'
  const passed = steps.filter(({ outcome }) => outcome === 'passed').length
  return passed === steps.length ? String(passed) : `${passed} of ${steps.length}`
}

export interface Totals {
  readonly scenarios: number
  readonly skipped: number
  readonly steps: number
  readonly passed: number
  readonly failed: number
}

export function totals(results: readonly ScenarioResult[]): Totals {
  const steps = results.flatMap((result) => result.steps)
  const passed = steps.filter((step) => step.outcome === 'passed').length
  return {
    scenarios: results.length,
    skipped: results.filter((result) => result.skipped !== undefined).length,
    steps: steps.length,
    passed,
    failed: steps.length - passed,
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '          ')
}
