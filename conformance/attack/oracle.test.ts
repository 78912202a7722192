import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AttackClass } from './attack.ts'
import { newMarks, plant, songOf } from './canary.ts'
import { allClasses } from './classes.ts'
import { escapesOf } from './oracle.ts'
import { runAttacks, type RunResult } from './run.ts'
import { weakLake, type Weakness } from './test-store.ts'
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
  escapesOf({ what: 'a case', seen: [seen] }, marks, watch)

describe('the oracle sees', () => {
  test('nothing where nothing happened', () => {
    expect(judged({ status: 403, text: 'AccessDenied' })).toEqual([])
    writeFileSync(join(folder, 'own/x'), 'mine')
    expect(judged({ status: 200, text: '' })).toEqual([])
  })

  test('a canary that was read, listed or measured', () => {
    expect(judged({ status: 200, text: songOf(marks) })).toHaveLength(1)
    expect(judged({ status: 200, text: `<Key>n/t2/${marks.name}</Key>` })).toHaveLength(1)
    expect(judged({ status: 200, text: '', contentLength: String(marks.size) })).toHaveLength(1)
  })

  test('a canary that was overwritten or deleted, or an object beside it that was written', () => {
    writeFileSync(join(folder, 'theirs', marks.name), 'over')
    expect(judged({ status: 500, text: '' })).toEqual([expect.stringContaining('changed: ')])
    rmSync(join(folder, 'theirs', marks.name))
    expect(judged({ status: 500, text: '' })).toEqual([expect.stringContaining('deleted: ')])
    writeFileSync(join(folder, 'elsewhere'), 'x')
    expect(judged({ status: 403, text: '' })).toEqual([expect.stringContaining('written: ')])
  })

  test('a canary that was copied to where the attacker may read', () => {
    writeFileSync(join(folder, 'own/copy'), songOf(marks))
    expect(judged({ status: 200, text: '' })).toEqual([expect.stringContaining('copied from a canary')])
  })

  test('success where there may be none', () => {
    const evidence = { what: 'a case', seen: [{ status: 204, text: '' }], mustFail: true }
    expect(escapesOf(evidence, marks, watch)).toEqual(['it succeeded (204)'])
  })
})

async function attackOn(weakness: Weakness, names: readonly string[]): Promise<RunResult> {
  await using weak = await weakLake(weakness)
  const classes = allClasses
    .filter(({ name }) => names.includes(name))
    .map((one): AttackClass => ({ ...one, weight: 1 }))
  return await runAttacks([weak.lake], classes, {
    seed: 1,
    cases: 600,
    seconds: 60,
    say: () => undefined,
    enough: 3,
  })
}

describe('a store is caught that', () => {
  test.each([
    ['believes any signature', { believesAnySignature: true }, 'sigv4-header'],
    ['compares prefixes as text', { comparesText: true }, 's3-path'],
    ['resolves dots after it has compared', { resolvesDots: true }, 's3-path'],
    ['lists everything', { listsAll: true }, 's3-list'],
    ['lets readers write', { forgetsAccess: true }, 's3-read-only'],
  ] as const)('%s', async (_, weakness, name) => {
    const { escapes } = await attackOn(weakness, [name])
    expect(escapes.length).toBeGreaterThan(0)
  })

  test('and one without these faults is not', async () => {
    const { escapes, counts } = await attackOn({}, ['s3-path', 's3-list', 's3-read-only'])
    expect(escapes).toEqual([])
    expect(counts.reduce((sum, { cases }) => sum + cases, 0)).toBe(600)
  })
})

test('the same seed gives the same cases', async () => {
  const runs = await Promise.all([1, 2].map(() => attackOn({ comparesText: true }, ['s3-path'])))
  const [first, second] = runs.map(({ escapes }) => escapes.map(({ index }) => index))
  expect(first).toEqual(second)
})
