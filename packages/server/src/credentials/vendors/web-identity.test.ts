import { setTimeout as sleep } from 'node:timers/promises'
import { findMinio } from '@headgate/testkit'
import { expect, test } from 'vitest'
import { StsVendor } from './sts.ts'
import { testRequest, testWarehouse } from './test-requests.ts'
import { startMinioWithIdentities } from './test-web-identity.ts'

test.skipIf(findMinio() === undefined)(
  'with the token of a user, access is narrowed to the place and ends when the token does',
  async () => {
    await using minio = await startMinioWithIdentities('lake')
    const vendor = new StsVendor({ tokens: { tokenFor: () => minio.token('alice', 6) } })
    const warehouse = testWarehouse(
      { mode: 'sts', identity: 'user-token' },
      { bucket: 'lake', endpoint: minio.endpoint },
      null,
    )
    const scope = { prefixes: ['s3://lake/wh/t1/'], access: 'read-write' } as const
    const vend = (): ReturnType<StsVendor['vend']> => vendor.vend(testRequest(warehouse, scope, 60_000))
    // It answers before it knows its users.
    let access = await vend().catch(() => null)
    for (let wait = 0; wait < 50 && access === null; wait += 1) {
      await sleep(100)
      access = await vend().catch(() => null)
    }
    access ??= await vend()
    const sdk = await import('@aws-sdk/client-s3')
    const client = new sdk.S3Client({
      region: 'us-east-1',
      endpoint: minio.endpoint,
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: {
        accessKeyId: access.config['s3.access-key-id'] ?? '',
        secretAccessKey: access.config['s3.secret-access-key'] ?? '',
        sessionToken: access.config['s3.session-token'] ?? '',
      },
    })
    const put = (Key: string): Promise<unknown> =>
      client.send(new sdk.PutObjectCommand({ Bucket: 'lake', Key, Body: 'x' }))
    await put('wh/t1/a')
    await expect(put('wh/t10/a')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    expect(access.expiresAt - Date.now()).toBeLessThanOrEqual(6_000)
    await sleep(access.expiresAt - Date.now() + 1_500)
    await expect(put('wh/t1/b')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
    client.destroy()
  },
)
