import { expect, test } from 'vitest'
import { canary } from './fixture.ts'
import { verdict } from './verdict.ts'

const seen = (status: number, text: string) => [{ status, text }]

test('a canary in any response is an escape, also in an error', () => {
  for (const status of [200, 403, 500])
    expect(verdict({ what: '', seen: seen(status, `x ${canary}`) })).toHaveLength(1)
})

test('a successful request that must fail, a failed legitimate one, and a server error are escapes', () => {
  expect(verdict({ what: '', seen: seen(200, '{}'), mustFail: true })).toHaveLength(1)
  expect(verdict({ what: '', seen: seen(403, '{}'), isLegitimate: true })).toHaveLength(1)
  expect(verdict({ what: '', seen: seen(500, 'Restore it') })).toHaveLength(1)
})

test('a refusal, and a report of damage where it is permitted, is not an escape', () => {
  expect(verdict({ what: '', seen: seen(404, '{}'), mustFail: true })).toEqual([])
  expect(verdict({ what: '', seen: seen(500, 'Restore it'), mayReportDamage: true })).toEqual([])
  expect(verdict({ what: '', seen: seen(200, '{}') })).toEqual([])
})
