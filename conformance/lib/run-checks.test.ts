import { expect, test } from 'vitest'
import { resultCells } from './check-report.ts'
import { Failed, NotApplicable, notApplicable } from './outcome.ts'
import { runCheck, runChecks, type Check } from './run-checks.ts'

const check = (name: string, run: () => string | undefined): Check<null> => ({
  name,
  about: 'it works',
  run: async () => run(),
})

const checks = [
  check('succeeds', () => 'at once'),
  check('fails', () => {
    throw new Failed('it does not')
  }),
  check('cannot apply', () => notApplicable('it does not exist')),
  check('throws', () => {
    throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
  }),
]

test('runChecks reports each check as ok, failed or not applicable, and an unexpected error as failed', async () => {
  const said: string[] = []
  const results = await runChecks(
    checks,
    (each) =>
      runCheck(each, null, (error) => (error instanceof NotApplicable ? 'not applicable' : undefined)),
    (line) => said.push(line),
    ({ name }) => name,
  )
  expect(results.map((result) => resultCells({ ...result, ms: 1_250 }))).toEqual([
    ['ok', '1.3 s', 'it works: at once'],
    ['FAILED', '1.3 s', 'it works: it does not'],
    ['not applicable', '1.3 s', 'it works: it does not exist'],
    ['FAILED', '1.3 s', 'it works: TypeError: fetch failed (ECONNREFUSED)'],
  ])
  expect(said).toEqual([
    '1 of 4  ok  succeeds',
    '2 of 4  failed  fails',
    '3 of 4  not applicable  cannot apply',
    '4 of 4  failed  throws',
  ])
})
