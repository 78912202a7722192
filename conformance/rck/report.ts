import { seconds, textTable } from '../lib/text-table.ts'
import { reasonOf } from './expectations.ts'
import type { TestResult } from './junit-xml.ts'

export interface Totals {
  readonly tests: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export function totalsOf(results: readonly TestResult[]): Totals {
  const count = (outcome: TestResult['outcome']): number =>
    results.filter((r) => r.outcome === outcome).length
  return {
    tests: results.length,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
  }
}

/** What is not passed, then a line per class, then `rck: 157 tests, 145 passed, 0 failed, 12 skipped (30.1 s)`. */
export function humanReport(results: readonly TestResult[], ms: number): string {
  const lines: string[] = []
  for (const result of results) {
    if (result.outcome === 'skipped') lines.push(`skipped  ${result.name}: ${reasonOf(result)}`)
  }
  for (const result of results) {
    if (result.outcome === 'failed') lines.push(`FAILED   ${result.name}\n${indent(stackHead(result))}`)
  }
  const byClass = Map.groupBy(results, (result) => result.name.slice(0, result.name.indexOf('.')))
  const table = textTable([
    ['class', 'tests', 'passed', 'failed', 'skipped', 'time'],
    ...[...byClass].map(([name, some]) => {
      const { tests, passed, failed, skipped } = totalsOf(some)
      const time = some.reduce((sum, result) => sum + result.ms, 0)
      return [name, tests, passed, failed, skipped, seconds(time)]
    }),
  ])
  return [...lines, '', table, '', totalsLine(results, ms)].join('\n')
}

export function totalsLine(results: readonly TestResult[], ms: number): string {
  const { tests, passed, failed, skipped } = totalsOf(results)
  return `rck: ${tests} tests, ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds(ms)})`
}

// enough to see what was asked and answered: the message, and the frames up to the test itself
function stackHead(result: TestResult): string {
  const lines = (result.details || result.message).split('\n')
  const message = lines.filter((line) => !/^\s+at /.test(line)).slice(0, 12)
  const frame = lines.find((line) => /^\s+at .*CatalogTests\./.test(line))
  return [...message, ...(frame ? [frame.trim()] : [])].join('\n')
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '         ')
}
