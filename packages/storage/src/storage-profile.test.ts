import { isHeadgateError } from '@headgate/errors'
import { describe, expect, it } from 'vitest'
import { parseStorageProfile } from './storage-profile.ts'

const s3 = {
  type: 's3',
  bucket: 'lake',
  region: 'eu-central-1',
  accessKeyId: 'id',
  secretAccessKey: 'swordfish',
}

describe('parseStorageProfile', () => {
  it('parseStorageProfile accepts directories, S3 with keys, and S3 with the default credential chain', () => {
    const chain = {
      type: 's3',
      bucket: 'lake',
      prefix: 'wh/a',
      region: 'us-east-1',
      credentials: 'default-chain',
    }
    const custom = { ...s3, endpoint: 'http://127.0.0.1:9000', pathStyle: true, sessionToken: 't' }
    for (const profile of [{ type: 'file', root: 'file:///data/wh' }, s3, chain, custom]) {
      expect(parseStorageProfile(profile)).toEqual(profile)
    }
  })

  it.each([
    ['no type', {}],
    ['another type', { type: 'gcs' }],
    ['fields it does not know', { ...s3, secret: 'x' }],
    ['a root that is not a file location', { type: 'file', root: 's3://lake/wh' }],
    ['a root with dots', { type: 'file', root: 'file:///data/../etc' }],
    ['a bucket that is none', { ...s3, bucket: 'a/b' }],
    ['a prefix that leads out', { ...s3, prefix: 'a/../b' }],
    ['no region', { ...s3, region: undefined }],
    ['an endpoint that is not a URL', { ...s3, endpoint: 'file:///x' }],
    ['an endpoint with user information', { ...s3, endpoint: 'http://swordfish@host' }],
    ['one half of the keys', { ...s3, secretAccessKey: undefined }],
    ['no keys at all, and nothing said', { type: 's3', bucket: 'lake', region: 'us-east-1' }],
    ['keys and the default chain', { ...s3, credentials: 'default-chain' }],
    [
      'a token without keys',
      { type: 's3', bucket: 'lake', region: 'x', credentials: 'default-chain', sessionToken: 'swordfish' },
    ],
  ])('parseStorageProfile refuses %s with an error message that contains no secret', (_, profile) => {
    let caught: unknown
    try {
      parseStorageProfile(profile)
    } catch (error) {
      caught = error
    }
    expect(isHeadgateError(caught, 'bad-request')).toBe(true)
    expect(String(caught)).not.toContain('swordfish')
  })
})
