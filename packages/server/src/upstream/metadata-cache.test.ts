import { expect, test } from 'vitest'
import { MetadataCache } from './metadata-cache.ts'

const uuid = '00000000-0000-4000-8000-000000000001'
const response = (location: string, etag: string | null = null) => ({
  body: Buffer.from(JSON.stringify({ metadata: { 'table-uuid': uuid, location } })),
  headers: { get: () => etag },
})

test('the metadata cache returns the same metadata for an equal response, and other metadata for another response', () => {
  const cache = new MetadataCache(10_000)
  const first = cache.read('t', response('s3://a/1'), 'table')
  expect(cache.read('t', response('s3://a/1'), 'table')).toBe(first)
  expect(cache.read('t', response('s3://a/2'), 'table').location).toBe('s3://a/2')
  expect(cache.read('other', response('s3://a/1'), 'table')).not.toBe(first)
})

test('the metadata cache returns the last body with the ETag of the last response', () => {
  const cache = new MetadataCache(10_000)
  expect(cache.last('t')).toBe(null)
  const { body } = response('s3://a/1')
  const first = cache.read('t', { ...response('s3://a/1', '"1"'), body }, 'table')
  expect(cache.read('t', response('s3://a/1', '"2"'), 'table')).toBe(first)
  expect(cache.last('t')).toMatchObject({ etag: '"2"' })
  expect(cache.last('t')?.body).toBe(body)
})

test('the metadata cache does not keep more bytes than its size limit', () => {
  const cache = new MetadataCache(150)
  const first = cache.read('t1', response('s3://a/1'), 'table')
  cache.read('t2', response('s3://a/2'), 'table')
  expect(cache.read('t1', response('s3://a/1'), 'table')).not.toBe(first)
})
