import { describe, expect, it } from 'vitest'
import type { TestResult } from './junit-xml.ts'
import { humanReport, jsonReport, summary } from './report.ts'
import type { ModeResult } from './run-mode.ts'

const result = (name: string, outcome: TestResult['outcome']): TestResult => ({
  name,
  outcome,
  ms: 1000,
  message: outcome === 'skipped' ? 'Assumption failed: not here' : '',
  details: '',
})
const run = (unexpected: readonly string[]): ModeResult => ({
  mode: 'headgate-s3',
  uri: 'http://127.0.0.1:1',
  ms: 2000,
  expectations: 'headgate-s3',
  unexpected,
  results: [result('CatalogTests.a()', 'passed'), result('ViewCatalogTests.b()', 'skipped')],
  folder: '/runs/1',
})
const differing = run(['CatalogTests.a(): expected skipped, passed'])

describe('the report of a mode', () => {
  it('the report of the REST compatibility kit contains the totals of a mode, the reasons of skips and the comparison with the expectations', () => {
    const text = humanReport(run([]))
    expect(text).toContain('headgate-s3: 2 tests, 1 passed, 0 failed, 1 skipped (2.0 s)')
    expect(text).toMatch(/^skipped +ViewCatalogTests\.b\(\): .*not here$/m)
    expect(text).toContain('all as expected (headgate-s3)')
  })

  it('the report of the REST compatibility kit contains the differences from the expectations of a mode, even if no test failed', () => {
    const text = humanReport(differing)
    expect(text).toContain('not as expected (headgate-s3):\n  CatalogTests.a(): expected skipped, passed')
    expect(text).not.toContain('all as expected')
  })
})

describe('the report of several modes', () => {
  it('the report of the REST compatibility kit contains a line for each of several modes', () => {
    const [, good, bad] = summary([run([]), differing]).split('\n')
    expect(good).toMatch(/^headgate-s3 +2 +1 +0 +1 +2\.0 s +yes$/)
    expect(bad).toMatch(/ NO$/)
  })

  it('the JSON report contains the field "ok", which is true if all results are expected', () => {
    const ok = (...args: Parameters<typeof jsonReport>): unknown => JSON.parse(jsonReport(...args)).ok
    expect(ok([run([])], true)).toBe(true)
    expect(ok([run([])], false)).toBe(false)
    expect(ok([run([]), differing], true)).toBe(false)
    expect(JSON.parse(jsonReport([run([])], true)).runs[0]).toMatchObject({
      mode: 'headgate-s3',
      totals: { tests: 2, passed: 1, failed: 0, skipped: 1 },
    })
  })
})
