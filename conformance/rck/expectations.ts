import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TestResult } from './junit-xml.ts'

/**
 * Expected results of Iceberg's REST compatibility kit in one mode: the tests that pass, and the failed and skipped
 * tests with their reasons.
 */
export interface ExpectedResults {
  readonly passed: readonly string[]
  readonly failed: Readonly<Record<string, string>>
  readonly skipped: Readonly<Record<string, string>>
}

interface ExpectationsFile {
  /**
   * Names of all tests of the compatibility kit. A test is expected to pass in a mode unless the mode lists it as
   * failed or skipped.
   */
  readonly tests: readonly string[]
  readonly modes: Readonly<Record<string, Omit<ExpectedResults, 'passed'>>>
}

const file = fileURLToPath(new URL('expectations.json', import.meta.url))

/** Returns the number of tests in the compatibility kit. */
export function knownTests(): number {
  return readAll().tests.length
}

/** Returns the expected results of a mode from expectations.json, or undefined if there are none. */
export function readExpectations(mode: string): ExpectedResults | undefined {
  const { tests, modes } = readAll()
  const others = modes[mode]
  if (others === undefined) return undefined
  const { failed, skipped } = others
  return { passed: tests.filter((name) => !(name in failed || name in skipped)), failed, skipped }
}

/**
 * Replaces the expected results of a mode in expectations.json by the results of a run. Keeps reasons that were
 * written by hand, also from other modes. The reason of a new failure or skip is the message of the test.
 */
export function writeExpectations(mode: string, results: readonly TestResult[]): void {
  const { modes } = readAll()
  const named = (outcome: 'failed' | 'skipped'): Record<string, string> => {
    const known: Record<string, string> = {}
    for (const some of Object.values(modes)) Object.assign(known, some[outcome])
    Object.assign(known, modes[mode]?.[outcome])
    return Object.fromEntries(
      sorted(results, outcome).map((result) => [result.name, known[result.name] ?? toReason(result)]),
    )
  }
  const tests = results.map((result) => result.name).toSorted()
  const all: ExpectationsFile = {
    tests,
    modes: { ...modes, [mode]: { failed: named('failed'), skipped: named('skipped') } },
  }
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`)
}

/**
 * Returns a sentence for each difference between results and expectations, or an empty list if there is none.
 *
 * @param complete false when only some tests were run, so that missing tests are ignored
 */
export function differences(
  expected: ExpectedResults,
  results: readonly TestResult[],
  complete: boolean = true,
): string[] {
  const before = new Map<string, TestResult['outcome']>()
  for (const name of expected.passed) before.set(name, 'passed')
  for (const name of Object.keys(expected.failed)) before.set(name, 'failed')
  for (const name of Object.keys(expected.skipped)) before.set(name, 'skipped')
  const found: string[] = []
  for (const result of results) {
    const outcome = before.get(result.name)
    before.delete(result.name)
    if (outcome === undefined) found.push(`${result.name}: not in expectations.json, but ${result.outcome}`)
    else if (outcome !== result.outcome)
      found.push(`${result.name}: expected ${outcome}, but ${result.outcome}`)
  }
  if (complete)
    for (const [name, outcome] of before) found.push(`${name}: expected ${outcome}, but did not run`)
  return found
}

/** Returns the first sentence of a test's message, without the text that the assertion library adds. */
export function toReason(result: TestResult): string {
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

function readAll(): ExpectationsFile {
  return JSON.parse(readFileSync(file, 'utf8')) as ExpectationsFile
}
