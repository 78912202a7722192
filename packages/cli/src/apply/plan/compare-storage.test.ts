import { describe, expect, it } from 'vitest'
import type { StorageEntry } from '../document/warehouse-entry.ts'
import { compareStorage } from './compare-storage.ts'

const bucket = { type: 's3', bucket: 'b', prefix: 'p', region: 'us-east-1', accessKeyId: 'A' }
const entry = { type: 's3', bucket: 'b', prefix: 'p' } as const
const same = { fixed: [], store: undefined, fileMode: undefined, keys: false }

const compare = (
  wanted: StorageEntry,
  storage: object = bucket,
  hasSecret = true,
  accessKeyId?: string,
): unknown => compareStorage(wanted, { storage: storage as never, hasSecret }, accessKeyId)

describe('compareStorage', () => {
  it('compareStorage ignores settings that the document does not contain, and slashes around a prefix', () => {
    expect(compare(entry)).toEqual(same)
    expect(compare({ ...entry, prefix: '/p/' })).toEqual(same)
    expect(
      compare({ type: 'file', root: 'file:///data/' }, { type: 'file', root: 'file:///data', bucket: 'x' }),
    ).toEqual(same)
  })

  it('compareStorage returns the differences in storage settings that cannot be changed', () => {
    expect(compare({ type: 's3', bucket: 'b' })).toMatchObject({ fixed: ['prefix is "p" and not ""'] })
    expect(compare({ ...entry, bucket: 'c', endpoint: 'http://s' })).toMatchObject({
      fixed: ['bucket is "b" and not "c"', 'endpoint is null and not "http://s"'],
    })
    expect(compare({ type: 'file', root: 'file:///p' })).toMatchObject({
      fixed: ['type is "s3" and not "file"'],
    })
  })

  it('compareStorage returns a new store name and a new file mode of the document', () => {
    expect(compare({ ...entry, store: 'minio' })).toEqual({ ...same, store: 'minio' })
    const directory = { type: 'file', root: 'file:///p' } as const
    expect(compare({ ...directory, fileMode: '0640' }, directory)).toEqual({ ...same, fileMode: '0640' })
  })

  it('compareStorage compares access key ids, because the server does not return the secret keys', () => {
    const keys = { ...entry, secretAccessKey: { env: 'S' } }
    expect(compare(keys, bucket, true, 'A')).toEqual(same)
    expect(compare(keys, bucket, true, undefined)).toEqual(same)
    expect(compare(keys, bucket, true, 'B')).toEqual({ ...same, keys: true })
    expect(compare(keys, { ...bucket, accessKeyId: undefined }, false, 'A')).toEqual({ ...same, keys: true })
  })
})
