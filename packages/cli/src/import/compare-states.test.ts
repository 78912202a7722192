import { describe, expect, it } from 'vitest'
import { compareStates, type Difference, isImported } from './compare-states.ts'
import type { RelationState } from './relation-state.ts'

const state = (changes: Partial<RelationState> = {}): RelationState => ({
  kind: 'table',
  uuid: 'u1',
  metadataLocation: 's3://b/t/metadata/2.json',
  earlierFiles: ['s3://b/t/metadata/1.json'],
  locations: ['s3://b/t'],
  ...changes,
})
const first = state({ metadataLocation: 's3://b/t/metadata/1.json', earlierFiles: [] })

describe('compareStates', () => {
  it.each<[Difference, RelationState, RelationState]>([
    ['same', state(), state()],
    ['same', state({ uuid: null }), state({ uuid: null })],
    ['target-newer', first, state()],
    ['source-newer', state(), first],
    ['diverged', state(), state({ metadataLocation: 's3://b/t/metadata/2b.json' })],
    ['other-uuid', state(), state({ uuid: 'u2' })],
    ['other-kind', state(), state({ kind: 'view' })],
  ])('returns %s', (difference, source, target) => {
    expect(compareStates(source, target)).toBe(difference)
  })
})

it('the import reports a table as imported only if the target has all commits of the source', () => {
  expect(isImported('same')).toBe(true)
  expect(isImported('target-newer')).toBe(true)
  expect(isImported('source-newer')).toBe(false)
  expect(isImported('diverged')).toBe(false)
})
