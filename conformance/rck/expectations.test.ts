import { describe, expect, it } from 'vitest'
import { differences, toReason } from './expectations.ts'
import type { TestResult } from './junit-xml.ts'

const result = (name: string, outcome: TestResult['outcome'], message = ''): TestResult => ({
  name,
  outcome,
  ms: 1,
  message,
  details: '',
})
const expected = {
  passed: ['A.a()', 'A.b()'],
  failed: { 'A.f()': 'known' },
  skipped: { 'A.s()': 'no slashes' },
}
const same = [
  result('A.a()', 'passed'),
  result('A.b()', 'passed'),
  result('A.f()', 'failed'),
  result('A.s()', 'skipped'),
]

describe('differences', () => {
  it('the comparison with the expected results returns an empty list when all results are expected', () => {
    expect(differences(expected, same)).toEqual([])
  })

  it('the comparison with the expected results names a test that fails unexpectedly', () => {
    expect(differences(expected, [result('A.a()', 'failed'), ...same.slice(1)])).toEqual([
      'A.a(): expected passed, but failed',
    ])
  })

  it('the comparison with the expected results names a test that passes although a failure is expected, so that the list is corrected', () => {
    expect(differences(expected, same.with(2, result('A.f()', 'passed')))).toEqual([
      'A.f(): expected failed, but passed',
    ])
  })

  it('the comparison with the expected results ignores missing tests if only some tests were selected', () => {
    expect(differences(expected, same.slice(1), false)).toEqual([])
    expect(differences(expected, [result('A.a()', 'failed')], false)).toHaveLength(1)
  })

  it('the comparison with the expected results names tests that did not run and tests that are new', () => {
    expect(differences(expected, [...same.slice(1), result('A.new()', 'passed')])).toEqual([
      'A.new(): not in expectations.json, but passed',
      'A.a(): expected passed, but did not run',
    ])
  })
})

describe('toReason', () => {
  it('toReason returns the first sentence of a message without exception names and compared values', () => {
    const message =
      'org.opentest4j.TestAbortedException: Assumption was not met due to: [Only valid for x] \nExpecting value to be true'
    expect(toReason(result('A.s()', 'skipped', message))).toBe('[Only valid for x]')
  })
})
