import { expect, test } from 'vitest'
import { testStore } from '../../test/store/database.ts'
import { warnOfClock } from './warn-of-clock.ts'

async function warnings(aheadMs: number): Promise<readonly string[]> {
  await using store = await testStore()
  const messages: string[] = []
  const log = { warn: (text: unknown) => void messages.push(String(text)) }
  await warnOfClock(store.sql, log, () => Date.now() + aheadMs)
  return messages
}

test.each([
  [90_000, 'The clock of the database is 90 s behind that of the server: '],
  [-90_000, 'The clock of this server is 90 s behind that of the database: '],
])(
  'warnOfClock logs a warning when the clocks of the server and the database differ by %i ms',
  async (aheadMs, text) => {
    expect(await warnings(aheadMs)).toEqual([expect.stringContaining(text)])
  },
)

test('warnOfClock logs no warning when the clocks are equal', async () => {
  expect(await warnings(0)).toEqual([])
})
