import { describe, it } from 'vitest'
import { S3Storage } from './s3.ts'
import { storageContract } from './storage-contract.ts'
import { findMinio, startMinio } from '@headgate/testkit'

if (findMinio() === undefined) {
  const why = 'no MinIO binary here: set HEADGATE_MINIO, or go install github.com/minio/minio'
  process.stderr.write(`The storage contract is not tried on S3, ${why}\n`)
  describe('storage contract: s3 on MinIO', () => {
    it.skip(why)
  })
} else {
  storageContract('s3 on MinIO', async () => {
    const minio = await startMinio({ buckets: ['lake', 'other'] })
    const storage = await S3Storage.open({
      bucket: 'lake',
      prefix: 'warehouse',
      region: minio.region,
      endpoint: minio.endpoint,
      credentials: { accessKeyId: minio.accessKeyId, secretAccessKey: minio.secretAccessKey },
    })
    return {
      storage,
      root: 's3://lake/warehouse/',
      outside: 's3://other/x',
      dispose: async () => {
        await storage[Symbol.asyncDispose]()
        await minio[Symbol.asyncDispose]()
      },
    }
  })
}
