import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { findMinio, needsMinio } from '@headgate/testkit'
import { expect, test } from 'vitest'
import { KeyRing } from '../../../src/keys/key-ring.ts'
import { masterKeyFrom } from '../../../src/keys/master-key.ts'
import { testStore } from '../../store/database.ts'
import type { MintedKeys as StorageAccess } from '../../../src/credentials/storage-credential.ts'
import { StsVendor } from '../../../src/credentials/vendors/sts.ts'
import { testGrant, testWarehouse } from './requests.ts'
import { startMinioWithIdentities } from './web-identity.ts'
import { WebIdentities } from '../../../src/credentials/vendors/web-identities.ts'

test.skipIf(findMinio() === undefined)(
  needsMinio('with the token of the server, access is narrowed to the place and ends when the token does'),
  { timeout: 60_000 },
  async () => {
    await using stack = new AsyncDisposableStack()
    const minio = stack.use(await startMinioWithIdentities('lake'))
    const store = stack.use(await testStore())
    const ring = stack.use(await KeyRing.open({ sql: store.sql, master: masterKeyFrom(randomBytes(32)) }))
    const folder = await mkdtemp(join(tmpdir(), 'headgate-token-'))
    stack.defer(() => rm(folder, { recursive: true }))
    const tokenFile = join(folder, 'token')
    const tokens = new WebIdentities({ ring, issuer: 'https://lake.example', tokenFile })
    const vendor = new StsVendor({ tokens })
    const warehouse = testWarehouse(
      { mode: 'sts', identity: 'server-token' },
      { bucket: 'lake', endpoint: minio.endpoint },
      null,
    )
    const scope = { prefixes: ['s3://lake/wh/t1/'], access: 'read-write' } as const
    const vend = (): Promise<StorageAccess> => vendor.mint(...testGrant(warehouse, scope, 60_000))
    await expect(vend()).rejects.toMatchObject({ code: 'unavailable' })

    await writeFile(tokenFile, await minio.token('headgate', 60))
    // MinIO answers requests before it has loaded its users.
    await expect.poll(() => vend().then(() => 'vended', String)).toBe('vended')

    await writeFile(tokenFile, await minio.token('headgate', 7))
    const access = await vend()
    const put = putter(minio.endpoint, access)
    await put('wh/t1/a')
    await expect(put('wh/t10/a')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    expect(access.expiresAt - Date.now()).toBeLessThanOrEqual(7_000)
    await sleep(access.expiresAt - Date.now() + 1_500)
    await expect(put('wh/t1/b')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    await expect(vend()).rejects.toThrow(/expired/)

    await writeFile(tokenFile, await minio.token('headgate', 30))
    await putter(minio.endpoint, await vend())('wh/t1/c')
  },
)

function putter(endpoint: string, { config }: StorageAccess): (Key: string) => Promise<unknown> {
  const client = new S3Client({
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: {
      accessKeyId: config['s3.access-key-id'] ?? '',
      secretAccessKey: config['s3.secret-access-key'] ?? '',
      sessionToken: config['s3.session-token'] ?? '',
    },
  })
  return (Key) => client.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'x' }))
}
