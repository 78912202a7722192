import { expect, test } from 'vitest'
import type { RemoteMetadata } from '../../upstream/load-result.ts'
import { encodeLoad } from './encode-load.ts'

const metadataOf = (metadataLocation: string | null, text: string): RemoteMetadata => ({
  metadataLocation,
  text: Buffer.from(text),
  uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
  location: 's3://b/t',
  locations: ['s3://b/t'],
})
const etagOf = (metadata: RemoteMetadata): string =>
  encodeLoad(metadata, { rowId: 'r', snapshots: 'all', access: null }).etag

test('the ETag of a load depends on the metadata location', () => {
  expect(etagOf(metadataOf('s3://b/1', '{}'))).toBe(etagOf(metadataOf('s3://b/1', '{}')))
  expect(etagOf(metadataOf('s3://b/1', '{}'))).not.toBe(etagOf(metadataOf('s3://b/2', '{}')))
})

test('the ETag of a load depends on the metadata if the upstream catalog returns no metadata location', () => {
  expect(etagOf(metadataOf(null, '{"a":1}'))).toBe(etagOf(metadataOf(null, '{"a":1}')))
  expect(etagOf(metadataOf(null, '{"a":1}'))).not.toBe(etagOf(metadataOf(null, '{"a":2}')))
})
