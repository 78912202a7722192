import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AttackSuite } from './attack.ts'
import { newMarks, plant, canaryBytes } from './canary.ts'
import { allSuites } from './suites.ts'
import { findEscapes } from './oracle.ts'
import { humanReport, sumTotals } from './report.ts'
import { runAttacks, type RunResult } from './run.ts'
import { openWeakFixture, type Weakness } from './test-store.ts'
import { Watch } from './watch.ts'

const marks = newMarks('n/t/')
let folder: string
let watch: Watch
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-oracle-'))
  for (const name of ['own', 'theirs']) mkdirSync(join(folder, name))
  plant(marks, join(folder, 'theirs'))
  const own = [join(folder, 'own')]
  watch = new Watch({ folders: [folder], own, guarded: [join(folder, 'theirs')], content: marks.content })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const judged = (seen: { status: number; text: string; contentLength?: string }): string[] =>
  findEscapes({ what: 'a case', seen: [seen] }, marks, watch)

describe('the oracle', () => {
  test('the oracle reports nothing when no planted object was read or changed', () => {
    expect(judged({ status: 403, text: 'AccessDenied' })).toEqual([])
    writeFileSync(join(folder, 'own/x'), 'mine')
    expect(judged({ status: 200, text: '' })).toEqual([])
  })

  test('the oracle reports a planted object that was read or listed, or whose size was returned', () => {
    expect(judged({ status: 200, text: canaryBytes(marks) })).toHaveLength(1)
    expect(judged({ status: 200, text: `<Key>n/t2/${marks.name}</Key>` })).toHaveLength(1)
    expect(judged({ status: 200, text: '', contentLength: String(marks.size) })).toHaveLength(1)
  })

  test('the oracle reports a planted object that was overwritten or deleted, and a new object outside the folders of the attacker', () => {
    writeFileSync(join(folder, 'theirs', marks.name), 'over')
    expect(judged({ status: 500, text: '' })).toEqual([expect.stringContaining('changed: ')])
    rmSync(join(folder, 'theirs', marks.name))
    expect(judged({ status: 500, text: '' })).toEqual([expect.stringContaining('deleted: ')])
    writeFileSync(join(folder, 'elsewhere'), 'x')
    expect(judged({ status: 403, text: '' })).toEqual([expect.stringContaining('written: ')])
  })

  test('the oracle reports a copy of a planted object in a folder that the attacker may read', () => {
    writeFileSync(join(folder, 'own/copy'), canaryBytes(marks))
    expect(judged({ status: 200, text: '' })).toEqual([expect.stringContaining('copied from a canary')])
  })

  test('the oracle reports a request that succeeds although it must fail', () => {
    const evidence = { what: 'a case', seen: [{ status: 204, text: '' }], mustFail: true }
    expect(findEscapes(evidence, marks, watch)).toEqual(['the request succeeded (204)'])
  })
})

async function attackOn(weakness: Weakness, names: readonly string[]): Promise<RunResult> {
  await using weak = await openWeakFixture(weakness)
  const suites = allSuites
    .filter(({ name }) => names.includes(name))
    .map((one): AttackSuite => ({ ...one, weight: 1 }))
  return await runAttacks([weak.fixture], suites, {
    seed: 1,
    cases: 600,
    seconds: 60,
    say: () => undefined,
    enough: 3,
  })
}

describe('the suites', () => {
  test.each([
    ['accepts any signature', { believesAnySignature: true }, 'sigv4-header'],
    ['compares prefixes as text', { comparesText: true }, 's3-path'],
    ['resolves dots after it has compared', { resolvesDots: true }, 's3-path'],
    ['lists everything', { listsAll: true }, 's3-list'],
    ['lets readers write', { forgetsAccess: true }, 's3-read-only'],
  ] as const)(
    'the attack suites report successful attacks on an object store that %s',
    async (_, weakness, name) => {
      const { escapes } = await attackOn(weakness, [name])
      expect(escapes.length).toBeGreaterThan(0)
    },
  )

  test('the attack suites report no successful attack on an object store without faults', async () => {
    const { escapes, counts } = await attackOn({}, ['s3-path', 's3-list', 's3-read-only'])
    expect(escapes).toEqual([])
    expect(counts.reduce((sum, { cases }) => sum + cases, 0)).toBe(600)
  })
})

test('two runs with the same seed find successful attacks in the same cases', async () => {
  const runs = await Promise.all([1, 2].map(() => attackOn({ comparesText: true }, ['s3-path'])))
  const [first, second] = runs.map(({ escapes }) => escapes.map(({ index }) => index))
  expect(first).toEqual(second)
})

test('an attack run skips suites that are unavailable, and waits for suites that are not ready yet', async () => {
  await using weak = await openWeakFixture({})
  const answered = { what: 'nothing', seen: [{ status: 403, text: '' }] }
  const attack = (): Promise<typeof answered> => Promise.resolve(answered)
  let turns = 0
  const suites: AttackSuite[] = [
    { name: 'never', modes: ['gateway'], attack, unavailable: () => 'there is no gateway' },
    { name: 'later', modes: ['gateway'], attack, waits: () => ((turns += 1) < 5 ? 'too early' : undefined) },
  ]
  const options = { seed: 1, cases: 3, seconds: Infinity, say: (): void => undefined }
  const { counts } = await runAttacks([weak.fixture], suites, options)
  expect(counts).toMatchObject([
    { attack: 'never', cases: 0, skipped: 'there is no gateway' },
    { attack: 'later', cases: 3 },
  ])
  await expect(runAttacks([weak.fixture], suites.slice(0, 1), options)).rejects.toThrow('nothing to attack')
})

test('the report of an attack run that ended early contains the number of requested cases', async () => {
  const result = await attackOn({ comparesText: true }, ['s3-path'])
  const { cases: tried } = sumTotals(result)
  expect(tried).toBeLessThan(600)
  expect(humanReport(result)).toContain(`${tried} of 600 cases, `)
})
