import { describe, expect, it } from 'vitest'
import { judgementOf, readJudged, sortOf } from './judged.ts'
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

describe('judged differences', () => {
  it('are read from judged.json, each with a reason of its own', () => {
    const all = readJudged()
    expect(all.length).toBeGreaterThan(10)
    expect(new Set(all.map(({ reason }) => reason)).size).toBe(all.length)
  })

  it('match by kind, relation, path and action', () => {
    expect(judgementOf(judged(entry), difference)?.id).toBe('a')
    expect(judgementOf(judged(entry), { ...difference, relation: 'view' })).toBeUndefined()
    expect(judgementOf(judged(entry), { ...difference, kind: 'read-back' })).toBeUndefined()
    expect(judgementOf(judged(entry), { ...difference, path: 'next-row-id[]' })).toBeUndefined()
    expect(judgementOf(judged({ ...entry, action: 'add-spec' }), difference)).toBeUndefined()
  })

  it('need all members, and no others', () => {
    expect(() => judged({ ...entry, right: 'nobody' })).toThrow('a needs id, right, reason and kind')
    expect(() => judged({ ...entry, pth: 'x' })).toThrow('a has unknown members: pth')
    expect(() => judged(entry, entry)).toThrow('an id is used twice')
  })
})

describe('the sort of a difference', () => {
  it('is the same for other numbers and names', () => {
    const verdict = { ...difference, kind: 'verdict', path: '', headgate: 'accepted' } as const
    expect(sortOf({ ...verdict, java: 'refused: E: bad "x" at 5' })).toBe(
      sortOf({ ...verdict, java: 'refused: E: bad "yy" at -77' }),
    )
  })
})
