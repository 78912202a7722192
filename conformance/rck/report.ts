import { countOutcomes } from '../lib/check-report.ts'
import { seconds, textTable } from '../lib/text-table.ts'
import { toReason } from './expectations.ts'
import type { TestResult } from './junit-xml.ts'
import type { ModeResult } from './run-mode.ts'

interface Totals {
  readonly tests: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

function sumTotals(results: readonly TestResult[]): Totals {
  return {
    tests: results.length,
    passed: countOutcomes(results, 'passed'),
    failed: countOutcomes(results, 'failed'),
    skipped: countOutcomes(results, 'skipped'),
  }
}

/**
 * Formats the tests that did not pass, then a line for each test class, then `headgate: 157 tests, 145 passed, 0
 * failed, 12 skipped (30.1 s)` and the comparison with the expectations.
 */
export function humanReport(run: ModeResult): string {
  const { mode, results, unexpected, expectations } = run
  const lines = results
    .filter((result) => result.outcome === 'skipped')
    .map((result) => `skipped  ${result.name}: ${toReason(result)}`)
  for (const result of results) {
    if (result.outcome === 'failed') lines.push(`FAILED   ${result.name}\n${indent(stackHead(result))}`)
  }
  const byClass = Map.groupBy(results, (result) => result.name.slice(0, result.name.indexOf('.')))
  const table = textTable([
    ['class', 'tests', 'passed', 'failed', 'skipped', 'time'],
    ...[...byClass].map(([name, some]) => {
      const { tests, passed, failed, skipped } = sumTotals(some)
      const time = some.reduce((sum, result) => sum + result.ms, 0)
      return [name, tests, passed, failed, skipped, seconds(time)]
    }),
  ])
  lines.push('', table, '', `${mode}: ${inWords(sumTotals(results))} (${seconds(run.ms)})`)
  if (unexpected.length > 0) {
    lines.push(
      `not as expected (${expectations ?? 'no failures'}):`,
      ...unexpected.map((line) => `  ${line}`),
    )
  } else if (expectations !== undefined) lines.push(`all as expected (${expectations})`)
  return [...lines, `reports and logs: ${run.folder}`, ''].join('\n')
}

/** Formats a summary with one line for each mode. */
export function summary(runs: readonly ModeResult[]): string {
  return textTable([
    ['mode', 'tests', 'passed', 'failed', 'skipped', 'time', 'as expected'],
    ...runs.map(({ mode, results, ms, unexpected }) => {
      const { tests, passed, failed, skipped } = sumTotals(results)
      return [mode, tests, passed, failed, skipped, seconds(ms), unexpected.length === 0 ? 'yes' : 'NO']
    }),
  ])
}

/**
 * Formats the result as JSON: `{"ok": …, "runs": [{"mode", "uri", "totals", "ms", "expectations", "unexpected",
 * "results", …}]}`.
 *
 * @param complete false when a mode could not run
 */
export function jsonReport(runs: readonly ModeResult[], complete: boolean): string {
  const ok = complete && runs.every(({ unexpected }) => unexpected.length === 0)
  const withTotals = runs.map(({ mode, uri, ...rest }) => ({
    mode,
    uri,
    totals: sumTotals(rest.results),
    ...rest,
  }))
  return JSON.stringify({ ok, runs: withTotals }, undefined, 2)
}

function inWords({ tests, passed, failed, skipped }: Totals): string {
  return `${tests} tests, ${passed} passed, ${failed} failed, ${skipped} skipped`
}

// The message and the stack frames up to the test show the request and the response.
function stackHead(result: TestResult): string {
  const lines = (result.details || result.message).split('\n')
  const message = lines.filter((line) => !/^\s+at /.test(line)).slice(0, 12)
  const frame = lines.find((line) => /^\s+at .*CatalogTests\./.test(line))
  return [...message, ...(frame ? [frame.trim()] : [])].join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '         ')
}
