import { expect, test } from 'vitest'
import { testStore } from '../../test/store/database.ts'
import { warnOfClock } from './warn-of-clock.ts'

async function warnings(aheadMs: number): Promise<readonly string[]> {
  await using store = await testStore()
  const told: string[] = []
  const log = { warn: (text: unknown) => void told.push(String(text)) }
  await warnOfClock(store.sql, log, () => Date.now() + aheadMs)
  return told
}

test.each([
  [90_000, 'The clock of the database is 90 s behind that of the server: '],
  [-90_000, 'The clock of this server is 90 s behind that of the database: '],
])('warnOfClock warns about a clock that is ahead by %i ms', async (aheadMs, text) => {
  expect(await warnings(aheadMs)).toEqual([expect.stringContaining(text)])
})

test('warnOfClock does not warn about equal clocks', async () => {
  expect(await warnings(0)).toEqual([])
})
