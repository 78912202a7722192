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

/** The line of a table that begins so, without its padding. */
function lineOf(text: string, start: string): string[] {
  const line = text.split('\n').find((one) => one.startsWith(start)) ?? ''
  return line.split(/ {2,}/)
}

it('has a line for each scenario: clients, storage, steps, the fewest lives outlived, what it cost', () => {
  const text = summary([result], 61_000)
  expect(lineOf(text, 'scenario').join(', ')).toBe(
    'scenario, clients, storage, steps, failed, lives outlived, refreshes, mints, signed, time',
  )
  expect(lineOf(text, 'spark/ctas-refresh').join(', ')).toBe(
    'spark/ctas-refresh, spark, sts, 3, 1, 5.5, 31, 12, 0, 61.0 s',
  )
})

it('leaves open what nobody has counted', () => {
  const { usage: _usage, ...foreign } = { ...result, steps: [step] }
  expect(lineOf(summary([foreign], 1), 'spark/ctas-refresh').slice(5, 9)).toEqual(['–', '–', '–', '–'])
})
