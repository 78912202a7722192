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

test(`the server refuses all of ${cases} attacks on the identity of callers`, async () => {
  const result = await run(fixture, cases)
  const { escapes, broken } = result
  expect({ seed, escapes, broken }).toEqual({ seed, escapes: [], broken: [] })
  const { accepted, refused } = sumTotals(result)
  // A run proves something only if the server accepted some requests and refused others.
  expect(accepted).toBeGreaterThan(cases / 50)
  expect(refused).toBeGreaterThan(cases / 2)
}, 120_000)

test('the attacks use other kinds of tokens of the server, such as storage refresh tokens, as access tokens', () => {
  const expected = ['storage refresh token', 'page token', 'web identity']
  expect(Object.keys(fixture.others)).toEqual(expect.arrayContaining(expected))
})

/**
 * In each changed fixture, the attacker has a token or value with too many rights, as with a faulty server. The suite
 * must report successful attacks.
 */
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
  'the suite %s reports successful attacks when the attacker has too many rights',
  async (name, weakened) => {
    // Some suites detect the fault only in a few of their cases, so the test runs many cases.
    const { escapes } = await run(weakened(fixture), 300, name)
    expect(escapes.length).toBeGreaterThan(0)
  },
  60_000,
)
