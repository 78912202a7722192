import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseLocation } from './location.ts'
import { ancestorPlaces, placeRules } from './physical-place.ts'
import type { S3StorageProfile, StorageProfile } from './storage-profile.ts'
import { storeIdentity } from './store-identity.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-place-'))
  await mkdir(join(folder, 'real/deep'), { recursive: true })
  await symlink(join(folder, 'real'), join(folder, 'link'))
})
afterAll(() => rm(folder, { recursive: true }))

function resolvePlace(profile: StorageProfile, location: string, allowed: readonly string[] = []): string {
  return placeRules(profile, allowed.map(parseLocation)).resolvePlace(parseLocation(location))
}

function s3(more: Partial<S3StorageProfile>): S3StorageProfile {
  return { type: 's3', bucket: 'lake', region: 'eu-central-1', credentials: 'default-chain', ...more }
}

describe('placeRules', () => {
  test('placeRules returns the same physical place for a directory, for a symbolic link to it, and for the bucket name that clients see', () => {
    const real = `file:${folder}/real/t/`
    expect(resolvePlace({ type: 'file', root: `file://${folder}/real` }, `file://${folder}/real/t`)).toBe(
      real,
    )
    expect(resolvePlace({ type: 'file', root: `file://${folder}/link` }, `file://${folder}/link/t/`)).toBe(
      real,
    )
    const labelled: StorageProfile = { type: 'file', root: `file://${folder}/link`, bucket: 'label' }
    expect(resolvePlace(labelled, 's3://label/t')).toBe(real)
    expect(resolvePlace(labelled, 's3a://label/t')).toBe(real)
  })

  test('placeRules resolves symbolic links in an allowed directory, and in a directory that is no longer allowed', () => {
    const elsewhere: StorageProfile = { type: 'file', root: 'file:///nowhere' }
    const linked = `file://${folder}/link/deep/t`
    expect(resolvePlace(elsewhere, linked, [`file://${folder}/link/deep`])).toBe(
      `file:${folder}/real/deep/t/`,
    )
    expect(resolvePlace(elsewhere, linked)).toBe(`file:${folder}/real/deep/t/`)
  })

  test('placeRules returns different physical places for the same bucket name in two stores, and the same physical place for s3 and s3a', () => {
    const aws = resolvePlace(s3({}), 's3a://lake/a/b')
    const own = resolvePlace(s3({ endpoint: 'http://minio:9000' }), 's3://lake/a/b')
    expect([aws, own]).toEqual(['aws/lake/a/b/', 'minio:9000/lake/a/b/'])
    expect(ancestorPlaces(own)).toEqual(['minio:9000/', 'minio:9000/lake/', 'minio:9000/lake/a/'])
  })
})

test.each([
  [{}, 'aws'],
  [{ region: 'cn-north-1' }, 'aws-cn'],
  [{ region: 'us-gov-west-1' }, 'aws-us-gov'],
  [{ endpoint: 'https://s3.eu-central-1.amazonaws.com' }, 'aws'],
  [{ endpoint: 'https://s3.us-gov-west-1.amazonaws.com' }, 'aws-us-gov'],
  [{ endpoint: 'https://vpce-0a-b1.s3.eu-central-1.vpce.amazonaws.com' }, 'aws'],
  [{ endpoint: 'https://ec2-192-0-2-1.compute-1.amazonaws.com' }, 'ec2-192-0-2-1.compute-1.amazonaws.com'],
  [{ endpoint: 'https://MinIO.example.com:443/' }, 'minio.example.com'],
  [{ endpoint: 'http://minio.example.com' }, 'minio.example.com'],
  [{ endpoint: 'http://minio.example.com./' }, 'minio.example.com'],
  [{ endpoint: 'http://127.0.0.1:9000' }, 'localhost:9000'],
  [{ endpoint: 'http://[::1]:9000' }, 'localhost:9000'],
  [{ endpoint: 'http://localhost:9001' }, 'localhost:9001'],
  [{ endpoint: 'https://host/a/b/' }, 'host%2Fa%2Fb'],
  [{ endpoint: 'https://host', store: 'main' }, 'store:main'],
])('the object store of %j has the identity %s', (profile, identity) => {
  expect(storeIdentity(s3(profile))).toBe(identity)
})
