import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLab, ownPlace } from '../identity/lab.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { allFamilies } from './families.ts'
import { totalsOf } from './report.ts'
import { runFamilies, type RunResult } from './run.ts'
import { openScene, type Scene } from './scene.ts'
import { startTrap } from '../identity/trap.ts'

const cases = 400
const folder = mkdtempSync(join(tmpdir(), 'headgate-attack-identity-'))
const stack = new AsyncDisposableStack()
stack.defer(() => rmSync(folder, { recursive: true, force: true }))
const seed = Date.now() % 1_000_000
let scene: Scene
beforeAll(async () => {
  const keeper = stack.use(new ProcessKeeper())
  const trap = stack.use(await startTrap())
  scene = await openScene(await openLab(stack.use(await ownPlace(keeper, folder))), trap, true)
}, 120_000)
afterAll(() => stack.disposeAsync())

const run = (on: Scene, cases: number, ...names: readonly string[]): Promise<RunResult> => {
  const families = allFamilies.filter(({ name }) => names.length === 0 || names.includes(name))
  return runFamilies(on, families, { seed, cases, seconds: 90, say: () => undefined })
}

test(`${cases} attacks on the identity of callers, and none gets through`, async () => {
  const result = await run(scene, cases)
  const { escapes, broken } = result
  expect({ seed, escapes, broken }).toEqual({ seed, escapes: [], broken: [] })
  const { accepted, refused } = totalsOf(result)
  // If nothing was accepted, or nothing refused, nothing was tried.
  expect(accepted).toBeGreaterThan(cases / 50)
  expect(refused).toBeGreaterThan(cases / 2)
}, 120_000)

test('what the server hands out besides tokens is tried as one', () => {
  const expected = ['storage refresh token', 'page token', 'web identity']
  expect(Object.keys(scene.others)).toEqual(expect.arrayContaining(expected))
})

/** A scene in which the server would have believed the attacker: what comes of that must be found. */
test.each<[string, (scene: Scene) => Scene]>([
  ['user-by-header', (scene) => ({ ...scene, tokens: { ...scene.tokens, mallory: scene.tokens.admin } })],
  ['beyond-limits', (scene) => ({ ...scene, tokens: { ...scene.tokens, aliceByTrino: scene.tokens.admin } })],
  ['no-authentication', (scene) => ({ ...scene, tokens: { ...scene.tokens, mallory: scene.tokens.trino } })],
  [
    'actor-mismatch',
    (scene) => ({
      ...scene,
      tokens: {
        ...scene.tokens,
        strict: scene.tokens.trino,
        denied: scene.tokens.trino,
        alice: scene.tokens.trino,
        admin: scene.tokens.trino,
      },
    }),
  ],
  ['other-credential', (scene) => ({ ...scene, others: { 'a token': scene.tokens.admin } })],
  ['key-injection', (scene) => ({ ...scene, secrets: ['token'] })],
])(
  'the family %s can fail',
  async (name, weakened) => {
    // Few of the cases of some families would show it: among so many there are some.
    const { escapes } = await run(weakened(scene), 300, name)
    expect(escapes.length).toBeGreaterThan(0)
  },
  60_000,
)
