import { setTimeout as sleep } from 'node:timers/promises'
import type * as Sdk from '@aws-sdk/client-s3'
import { findMinio, type Minio, needsMinio, startMinio } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxPolicyLength } from '../policy/iam-policy.ts'
import { StsVendor } from './sts.ts'
import { callSts } from './sts-call.ts'
import { testGrant, testWarehouse } from '../../../test/credentials/vendors/requests.ts'
import { vendorContract } from '../../../test/credentials/vendors/vendor-contract.ts'

const selectKeys = ({
  accessKeyId,
  secretAccessKey,
}: Minio): { accessKeyId: string; secretAccessKey: string } => ({
  accessKeyId,
  secretAccessKey,
})

async function clientFor(
  minio: Minio,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
): Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> {
  const sdk = await import('@aws-sdk/client-s3')
  const { region, endpoint } = minio
  return { sdk, client: new sdk.S3Client({ region, endpoint, forcePathStyle: true, credentials }) }
}

if (findMinio() === undefined) {
  test.skip(needsMinio('vendor contract: sts on MinIO'))
} else {
  vendorContract('sts on MinIO', async () => {
    const minio = await startMinio({ buckets: ['lake', 'other'] })
    const { sdk, client } = await clientFor(minio, selectKeys(minio))
    const vendor = new StsVendor()
    const warehouse = testWarehouse(
      { mode: 'sts' },
      { bucket: 'lake', endpoint: minio.endpoint, region: minio.region },
      selectKeys(minio),
    )
    return {
      bucket: 'lake',
      otherBucket: 'other',
      wildcardNames: false,
      vend: (prefixes, access) => vendor.mint(...testGrant(warehouse, { prefixes, access })),
      seed: async (Bucket, Key) => {
        await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: 'seed' }))
      },
      async [Symbol.asyncDispose]() {
        client.destroy()
        await minio[Symbol.asyncDispose]()
      },
    }
  })

  describe('on MinIO', () => {
    let minio: Minio
    beforeAll(async () => {
      minio = await startMinio({ buckets: ['lake'] })
      // MinIO answers requests before it has loaded its users.
      for (let wait = 0; wait < 200 && (await assume([]).catch(() => null)) === null; wait += 1)
        await sleep(100)
    })
    afterAll(() => minio[Symbol.asyncDispose]())

    const assume = (parameters: readonly (readonly [string, string])[]): ReturnType<typeof callSts> =>
      callSts({
        endpoint: new URL(`${minio.endpoint}/`),
        region: minio.region,
        shown: 'keys',
        prove: () => Promise.resolve({ parameters: [], keys: selectKeys(minio) }),
        signal: undefined,
        guard: null,
        now: Date.now,
        parameters: [['Action', 'AssumeRole'], ['Version', '2011-06-15'], ...parameters],
      })

    test('MinIO does not treat ${*} in a policy as the AWS escape for a literal asterisk', async () => {
      const escaped = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::lake/a${*}b/*'] }],
      })
      const { sdk, client } = await clientFor(minio, await assume([['Policy', escaped]]))
      const put = (Key: string): Promise<unknown> =>
        client.send(new sdk.PutObjectCommand({ Bucket: 'lake', Key, Body: 'x' }))
      await expect(put('a*b/file')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
      await put('a${anything}b/file')
      client.destroy()
    })

    test('MinIO accepts a session policy of the maximum length and refuses a longer one', async () => {
      const makePolicy = (length: number): string => {
        const empty = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::lake/"]}]}`
        return empty.replace('lake/', `lake/${'x'.repeat(length - empty.length)}`)
      }
      await assume([['Policy', makePolicy(maxPolicyLength)]])
      await expect(assume([['Policy', makePolicy(maxPolicyLength + 1)]])).rejects.toMatchObject({
        code: 'internal',
      })
    })

    test('StsVendor reports wrong access keys as a configuration error of the warehouse', async () => {
      const { endpoint, region } = minio
      const keys = { ...selectKeys(minio), secretAccessKey: 'wrong-secret-key' }
      const warehouse = testWarehouse({ mode: 'sts' }, { bucket: 'lake', endpoint, region }, keys)
      const request = testGrant(warehouse, { prefixes: ['s3://lake/a/'], access: 'read' })
      const refused = new StsVendor().mint(...request)
      await expect(refused).rejects.toMatchObject({ code: 'internal' })
      await expect(refused).rejects.toThrow(/Check that the access keys/)
    })
  })
}
