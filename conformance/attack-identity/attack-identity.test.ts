import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLab, ownPlace } from '../identity/lab.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { allSuites } from './suites.ts'
import { sumTotals } from './report.ts'
import { runSuites, type RunResult } from './run.ts'
import { openFixture, type Fixture } from './fixture.ts'
import { startTrap } from '../identity/trap.ts'

const cases = 400
const folder = mkdtempSync(join(tmpdir(), 'headgate-attack-identity-'))
const stack = new AsyncDisposableStack()
stack.defer(() => rmSync(folder, { recursive: true, force: true }))
const seed = Date.now() % 1_000_000
let fixture: Fixture
beforeAll(async () => {
  const keeper = stack.use(new ProcessKeeper())
  const trap = stack.use(await startTrap())
  fixture = await openFixture(await openLab(stack.use(await ownPlace(keeper, folder))), trap, true)
}, 120_000)
afterAll(() => stack.disposeAsync())

const run = (on: Fixture, cases: number, ...names: readonly string[]): Promise<RunResult> => {
  const suites = allSuites.filter(({ name }) => names.length === 0 || names.includes(name))
  return runSuites(on, suites, { seed, cases, seconds: 90, say: () => undefined })
}

test(`${cases} attacks on the identity of callers all fail`, async () => {
  const result = await run(fixture, cases)
  const { escapes, broken } = result
  expect({ seed, escapes, broken }).toEqual({ seed, escapes: [], broken: [] })
  const { accepted, refused } = sumTotals(result)
  // The run must contain both accepted and refused requests.
  expect(accepted).toBeGreaterThan(cases / 50)
  expect(refused).toBeGreaterThan(cases / 2)
}, 120_000)

test('other tokens of the server are refused as access tokens', () => {
  const expected = ['storage refresh token', 'page token', 'web identity']
  expect(Object.keys(fixture.others)).toEqual(expect.arrayContaining(expected))
})

/** A fixture in which the server would trust the attacker. The suite must find the consequences. */
test.each<[string, (fixture: Fixture) => Fixture]>([
  [
    'user-by-header',
    (fixture) => ({ ...fixture, tokens: { ...fixture.tokens, mallory: fixture.tokens.admin } }),
  ],
  [
    'beyond-limits',
    (fixture) => ({ ...fixture, tokens: { ...fixture.tokens, aliceByTrino: fixture.tokens.admin } }),
  ],
  [
    'no-authentication',
    (fixture) => ({ ...fixture, tokens: { ...fixture.tokens, mallory: fixture.tokens.trino } }),
  ],
  [
    'actor-mismatch',
    (fixture) => ({
      ...fixture,
      tokens: {
        ...fixture.tokens,
        strict: fixture.tokens.trino,
        denied: fixture.tokens.trino,
        alice: fixture.tokens.trino,
        admin: fixture.tokens.trino,
      },
    }),
  ],
  ['other-credential', (fixture) => ({ ...fixture, others: { 'a token': fixture.tokens.admin } })],
  ['key-injection', (fixture) => ({ ...fixture, secrets: ['token'] })],
])(
  'the suite %s can fail',
  async (name, weakened) => {
    // Only a few of the cases of some suites show the fault, so many cases are necessary.
    const { escapes } = await run(weakened(fixture), 300, name)
    expect(escapes.length).toBeGreaterThan(0)
  },
  60_000,
)
