import { describe, expect, it } from 'vitest'
import { findJudgement, readJudged, toKind } from './judged.ts'
import type { Difference } from './sequence.ts'

const difference: Difference = {
  relation: 'table',
  step: 'commit 2',
  kind: 'result',
  path: 'next-row-id',
  headgate: '',
  java: '',
  actions: ['add-snapshot'],
}
const entry = {
  id: 'a',
  right: 'headgate',
  kind: 'result',
  reason: 'r',
  relation: 'table',
  path: '^next-row-id$',
}
const judged = (...entries: readonly object[]): ReturnType<typeof readJudged> =>
  readJudged(JSON.stringify(entries))

describe('findJudgement', () => {
  it('every entry of judged.json (accepted differences) has its own reason', () => {
    const all = readJudged()
    expect(all.length).toBeGreaterThan(10)
    expect(new Set(all.map(({ reason }) => reason)).size).toBe(all.length)
  })

  it('findJudgement finds an entry only if kind, relation, path and action match the difference', () => {
    expect(findJudgement(judged(entry), difference)?.id).toBe('a')
    expect(findJudgement(judged(entry), { ...difference, relation: 'view' })).toBeUndefined()
    expect(findJudgement(judged(entry), { ...difference, kind: 'read-back' })).toBeUndefined()
    expect(findJudgement(judged(entry), { ...difference, path: 'next-row-id[]' })).toBeUndefined()
    expect(findJudgement(judged({ ...entry, action: 'add-spec' }), difference)).toBeUndefined()
  })

  it('readJudged refuses entries with missing or unknown members, and repeated ids', () => {
    expect(() => judged({ ...entry, right: 'nobody' })).toThrow(
      'the entry a of judged.json must have id, right, reason and kind',
    )
    expect(() => judged({ ...entry, pth: 'x' })).toThrow(
      'the entry a of judged.json has unknown members: pth',
    )
    expect(() => judged(entry, entry)).toThrow('two entries of judged.json have the same id')
  })
})

describe('toKind', () => {
  it('toKind returns the same text for differences that differ only in numbers and quoted names', () => {
    const verdict = { ...difference, kind: 'verdict', path: '', headgate: 'accepted' } as const
    expect(toKind({ ...verdict, java: 'refused: E: bad "x" at 5' })).toBe(
      toKind({ ...verdict, java: 'refused: E: bad "yy" at -77' }),
    )
  })
})
