import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TestResult } from './junit-xml.ts'

/** What is known to happen in one mode: names of passed tests; names with reasons of the others. */
export interface ExpectedResults {
  readonly passed: readonly string[]
  readonly failed: Readonly<Record<string, string>>
  readonly skipped: Readonly<Record<string, string>>
}

const file = fileURLToPath(new URL('expectations.json', import.meta.url))

/** The named set of expectations.json, or undefined when there is none yet. */
export function readExpectations(name: string): ExpectedResults | undefined {
  return readAll()[name]
}

/**
 * Replaces the named set by what happened. Reasons that were written by hand stay; a new failure or skip
 * gets its own message as the reason.
 */
export function writeExpectations(name: string, results: readonly TestResult[]): void {
  const all = readAll()
  const before = all[name]
  const reasons = { ...before?.failed, ...before?.skipped }
  const named = (outcome: TestResult['outcome']): Record<string, string> =>
    Object.fromEntries(
      sorted(results, outcome).map((result) => [result.name, reasons[result.name] ?? reasonOf(result)]),
    )
  const set: ExpectedResults = {
    passed: sorted(results, 'passed').map((result) => result.name),
    failed: named('failed'),
    skipped: named('skipped'),
  }
  writeFileSync(file, `${JSON.stringify({ ...all, [name]: set }, undefined, 2)}\n`)
}

/** Where the results depart from the expectations, one sentence each; empty when they agree. */
export function differences(expected: ExpectedResults, results: readonly TestResult[]): string[] {
  const before = new Map<string, TestResult['outcome']>()
  for (const name of expected.passed) before.set(name, 'passed')
  for (const name of Object.keys(expected.failed)) before.set(name, 'failed')
  for (const name of Object.keys(expected.skipped)) before.set(name, 'skipped')
  const found: string[] = []
  for (const result of results) {
    const outcome = before.get(result.name)
    before.delete(result.name)
    if (outcome === undefined) found.push(`${result.name}: not in expectations.json, ${result.outcome}`)
    else if (outcome !== result.outcome) found.push(`${result.name}: expected ${outcome}, ${result.outcome}`)
  }
  for (const [name, outcome] of before) found.push(`${name}: expected ${outcome}, did not run`)
  return found
}

/** First sentence of a result's message, without the assertion library's frame around it. */
export function reasonOf(result: TestResult): string {
  return result.message
    .replace(/^(?:[\w$.]+(?:Exception|Error): )+/, '')
    .replace(/^assumption was not met due to: /i, '')
    .replace(/\s+(?:Expecting value|Expected|expecting)\b[\s\S]*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
}

function sorted(results: readonly TestResult[], outcome: TestResult['outcome']): TestResult[] {
  return results
    .filter((result) => result.outcome === outcome)
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function readAll(): Record<string, ExpectedResults> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, ExpectedResults>
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
