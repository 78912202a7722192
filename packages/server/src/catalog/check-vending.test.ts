import { describe, expect, it } from 'vitest'
import { parseVendingProfile } from './vending-profile.ts'
import type { StorageProfile } from '@headgate/storage'
import { checkVending, lendsIdentity } from './check-vending.ts'

const directory = { type: 'file', root: 'file:///data' } as const
const asBucket = { ...directory, bucket: 'lake' } as const
const aws = {
  type: 's3',
  bucket: 'b',
  region: 'eu-central-1',
  accessKeyId: 'A',
  secretAccessKey: 's',
} as const
const minio = { ...aws, endpoint: 'http://127.0.0.1:9000' }
const machine = { type: 's3', bucket: 'b', region: 'eu-central-1', credentials: 'default-chain' } as const
const roleArn = 'arn:aws:iam::123456789012:role/lake'

const problem = (profile: StorageProfile, vending: object): string | null => {
  try {
    checkVending(profile, parseVendingProfile(vending))
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('checkVending', () => {
  it.each([
    [directory, { mode: 'none' }],
    [asBucket, { mode: 'none' }],
    [asBucket, { mode: 'gateway', lifetimeSeconds: 60 }],
    [aws, { mode: 'gateway' }],
    [machine, { mode: 'remote-signing' }],
    [aws, { mode: 'sts', roleArn, externalId: 'abc', sessionTags: true }],
    [machine, { mode: 'sts', roleArn, lifetimeSeconds: 43_200 }],
    [minio, { mode: 'sts' }],
    [minio, { mode: 'sts', identity: 'user-token', lifetimeSeconds: 60 }],
    [minio, { mode: 'sts', identity: 'user-token', tokenAudience: 'a', tokenClaims: { policy: 'b' } }],
    [aws, { mode: 'sts', roleArn, identity: 'user-token', sessionTags: true }],
    [aws, { mode: 'static', longLivedKeysMayLeaveTheServer: true }],
  ])('checkVending accepts storage %o with vending %o', (profile, vending) => {
    expect(problem(profile, vending)).toBeNull()
  })

  it.each([
    [directory, { mode: 'gateway' }, /needs a bucket name/],
    [directory, { mode: 'sts', roleArn }, /sts needs storage of type s3/],
    [asBucket, { mode: 'sts', roleArn }, /sts needs storage of type s3/],
    [asBucket, { mode: 'remote-signing' }, /remote-signing needs storage of type s3/],
    [asBucket, { mode: 'static', longLivedKeysMayLeaveTheServer: true }, /static needs storage with static/],
    [machine, { mode: 'static', longLivedKeysMayLeaveTheServer: true }, /never sends the keys/],
    [aws, { mode: 'static' }, /longLivedKeysMayLeaveTheServer/],
    [aws, { mode: 'sts' }, /needs roleArn/],
    [minio, { mode: 'sts', externalId: 'abc' }, /externalId needs roleArn/],
    [aws, { mode: 'sts', roleArn, identity: 'server-token', externalId: 'abc' }, /externalId needs identity/],
    [aws, { mode: 'sts', roleArn, identity: 'server-token', sessionTags: true }, /sessionTags need/],
    [aws, { mode: 'sts', roleArn, tokenAudience: 'a' }, /tokenAudience and tokenClaims need/],
    [minio, { mode: 'sts', identity: 'server-token', tokenClaims: { policy: 'a' } }, /tokenClaims need/],
    [minio, { mode: 'sts', identity: 'user-token', tokenClaims: { sub: 'admin' } }, /cannot be any of/],
    [minio, { mode: 'sts', identity: 'user-token', tokenClaims: { principal_id: 'a' } }, /cannot be any of/],
    [aws, { mode: 'sts', roleArn, lifetimeSeconds: 43_201 }, /lower lifetimeSeconds/],
    [aws, { mode: 'sts', roleArn, lifetimeSeconds: 899 }, /raise lifetimeSeconds/],
    [aws, { mode: 'gateway', roleArn }, /roleArn/],
    [
      aws,
      { mode: 'remote-signing', lifetimeSeconds: 60 },
      /lifetimeSeconds is not possible with remote-signing/,
    ],
    [aws, { mode: 'remote-signing', roleArn }, /roleArn/],
  ])(
    'checkVending refuses storage %o with vending %o, and names the setting',
    (profile, vending, sentence) => {
      expect(problem(profile, vending)).toMatch(sentence)
    },
  )
})

it('lendsIdentity is true when credentials are minted with another identity than the storage keys of the warehouse', () => {
  expect(lendsIdentity(aws, { mode: 'sts', roleArn })).toBe(false)
  expect(lendsIdentity(machine, { mode: 'gateway' })).toBe(false)
  expect(lendsIdentity(machine, { mode: 'sts', roleArn })).toBe(true)
  expect(lendsIdentity(aws, { mode: 'sts', roleArn, identity: 'server-token' })).toBe(true)
  expect(lendsIdentity(aws, { mode: 'sts', roleArn, identity: 'user-token' })).toBe(true)
})
