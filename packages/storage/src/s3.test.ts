import { it } from 'vitest'
import { S3Storage } from './s3.ts'
import { storageContract } from '../test/storage-contract.ts'
import { findMinio, needsMinio, startMinio } from '@headgate/testkit'

if (findMinio() === undefined) {
  it.skip(needsMinio('storage contract: s3 on MinIO'))
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
