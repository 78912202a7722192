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
  it('hasLanded returns true for a table that contains all snapshots of the commit', () => {
    expect(hasLanded(remote, traces)).toBe(true)
    expect(hasLanded(remote, { ...traces, snapshotIds: ['12', '9223372036854775807'] })).toBe(true)
    expect(hasLanded(remote, { ...traces, snapshotIds: ['12', '1'] })).toBe(false)
  })

  it('hasLanded returns false for a table that replaced the table of the commit', () => {
    expect(hasLanded({ ...remote, uuid: '00000000-0000-4000-8000-000000000000' }, traces)).toBe(false)
  })

  it('hasLanded returns true for a created table with the UUID of the commit', () => {
    expect(hasLanded(remote, { ...traces, creates: true, snapshotIds: [] })).toBe(true)
    expect(hasLanded(remote, { ...traces, creates: true, uuid: null, snapshotIds: [] })).toBe(false)
  })

  it('hasLanded returns false for a commit without snapshots to an existing table, because nothing proves it', () => {
    expect(hasLanded(remote, { ...traces, snapshotIds: [] })).toBe(false)
  })

  it('hasLanded returns true for new metadata of a hidden table, and false for the metadata of its creation', () => {
    const hidden = { ...traces, snapshotIds: [] }
    expect(hasLanded(remote, { ...hidden, before: 's3://b/t/1.json' })).toBe(true)
    expect(hasLanded(remote, { ...hidden, before: 's3://b/t/2.json' })).toBe(false)
  })
})
