import { describe, expect, it } from 'vitest'
import { hasLanded } from './landed-commit.ts'

const uuid = '7d2f7a4e-0b0a-4a55-9d5e-3a1f2f6f0c11'
const remote = {
  metadataLocation: 's3://b/t/2.json',
  text: Buffer.from('{"snapshots":[{"snapshot-id":12},{"snapshot-id": 9223372036854775807}]}'),
  uuid,
  location: 's3://b/t',
  locations: ['s3://b/t'],
}
const traces = { uuid, creates: false, before: null, snapshotIds: ['12'] }

describe('hasLanded', () => {
  it('finds all snapshots of the commit', () => {
    expect(hasLanded(remote, traces)).toBe(true)
    expect(hasLanded(remote, { ...traces, snapshotIds: ['12', '9223372036854775807'] })).toBe(true)
    expect(hasLanded(remote, { ...traces, snapshotIds: ['12', '1'] })).toBe(false)
  })

  it('does not accept a table that replaced the one of the commit', () => {
    expect(hasLanded({ ...remote, uuid: '00000000-0000-4000-8000-000000000000' }, traces)).toBe(false)
  })

  it('accepts a creation by its UUID', () => {
    expect(hasLanded(remote, { ...traces, creates: true, snapshotIds: [] })).toBe(true)
    expect(hasLanded(remote, { ...traces, creates: true, uuid: null, snapshotIds: [] })).toBe(false)
  })

  it('cannot prove a commit without snapshots to an existing table', () => {
    expect(hasLanded(remote, { ...traces, snapshotIds: [] })).toBe(false)
  })

  it('accepts new metadata of a hidden table, and not the metadata of its creation', () => {
    const hidden = { ...traces, snapshotIds: [] }
    expect(hasLanded(remote, { ...hidden, before: 's3://b/t/1.json' })).toBe(true)
    expect(hasLanded(remote, { ...hidden, before: 's3://b/t/2.json' })).toBe(false)
  })
})
