import { describe, expect, it } from 'vitest'
import { progressReader } from './progress.ts'

function said(lines: readonly string[], total?: number): string[] {
  const all: string[] = []
  const read = progressReader('headgate', total, (line) => all.push(line))
  for (const line of lines) read(line)
  return all
}
const passed = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => [
    `JUnit Jupiter > T > t${i}() :: STARTED`,
    `JUnit Jupiter > T > t${i}() :: SUCCESSFUL`,
  ]).flat()

describe('the progress of a run', () => {
  it('the progress reader prints a line after every twenty tests, including skipped tests', () => {
    const skipped = ['JUnit Jupiter > T > d() :: SKIPPED', '\tReason: because']
    expect(said([...passed(19), ...skipped, ...passed(20)], 157)).toEqual([
      'headgate: 20 of 157 tests, 0 failed',
      'headgate: 40 of 157 tests, 0 failed',
    ])
  })

  it('the progress reader prints a failed test immediately', () => {
    expect(said(['JUnit Jupiter > T > e(int) > [2] 3 :: FAILED', '\tat x :: FAILED'])).toEqual([
      'headgate: FAILED T > e(int) > [2] 3',
    ])
  })

  it('the progress reader prints the number of tests without a total if the total is unknown', () => {
    expect(said(passed(20))).toEqual(['headgate: 20 tests, 0 failed'])
  })
})
