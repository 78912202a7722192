import { expect, it } from 'vitest'
import { summary } from './report.ts'
import type { ScenarioResult, StepResult } from './run-scenario.ts'

const step: StepResult = { title: 'x', engine: 'spark', what: 'SELECT 1', outcome: 'passed', ms: 1 }
const result: ScenarioResult = {
  scenario: 'spark/ctas-refresh',
  engines: ['spark'],
  storage: 'sts',
  ms: 61_000,
  steps: [
    { ...step, remark: { text: 'long', lives: 6.25 } },
    { ...step, remark: { text: 'longer', lives: 5.5 } },
    { ...step, outcome: 'failed', message: 'no' },
  ],
  usage: { refreshes: 31, mints: 12, signed: 0 },
}

/** Returns the cells of the table row that begins with `start`, without padding. */
function findLine(text: string, start: string): string[] {
  const line = text.split('\n').find((one) => one.startsWith(start)) ?? ''
  return line.split(/ {2,}/)
}

it('the summary contains a line for each scenario: clients, storage, steps, the smallest number of lifetimes, cost', () => {
  const text = summary([result], 61_000)
  expect(findLine(text, 'scenario').join(', ')).toBe(
    'scenario, clients, storage, steps, failed, lives outlived, refreshes, mints, signed, time',
  )
  expect(findLine(text, 'spark/ctas-refresh').join(', ')).toBe(
    'spark/ctas-refresh, spark, sts, 3, 1, 5.5, 31, 12, 0, 61.0 s',
  )
})

it('the summary omits figures that were not counted', () => {
  const { usage: _usage, ...foreign } = { ...result, steps: [step] }
  expect(findLine(summary([foreign], 1), 'spark/ctas-refresh').slice(5, 9)).toEqual(['–', '–', '–', '–'])
})
