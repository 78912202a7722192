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
  it('reads entries with a separate reason each from judged.json', () => {
    const all = readJudged()
    expect(all.length).toBeGreaterThan(10)
    expect(new Set(all.map(({ reason }) => reason)).size).toBe(all.length)
  })

  it('compares kind, relation, path and action', () => {
    expect(findJudgement(judged(entry), difference)?.id).toBe('a')
    expect(findJudgement(judged(entry), { ...difference, relation: 'view' })).toBeUndefined()
    expect(findJudgement(judged(entry), { ...difference, kind: 'read-back' })).toBeUndefined()
    expect(findJudgement(judged(entry), { ...difference, path: 'next-row-id[]' })).toBeUndefined()
    expect(findJudgement(judged({ ...entry, action: 'add-spec' }), difference)).toBeUndefined()
  })

  it('requires all members of an entry, and refuses others', () => {
    expect(() => judged({ ...entry, right: 'nobody' })).toThrow('a needs id, right, reason and kind')
    expect(() => judged({ ...entry, pth: 'x' })).toThrow('a has unknown members: pth')
    expect(() => judged(entry, entry)).toThrow('an id is used twice')
  })
})

describe('toKind', () => {
  it('returns the same text for other numbers and names', () => {
    const verdict = { ...difference, kind: 'verdict', path: '', headgate: 'accepted' } as const
    expect(toKind({ ...verdict, java: 'refused: E: bad "x" at 5' })).toBe(
      toKind({ ...verdict, java: 'refused: E: bad "yy" at -77' }),
    )
  })
})
