import type { S3Answer, S3Call, S3Operation } from '../operation.ts'

/** HeadBucket: says that the bucket is there, to sessions with a prefix in it. */
export const headBucket: S3Operation = {
  id: 'HeadBucket',
  access: 'read',
  handle: ({ region }: S3Call): Promise<S3Answer> =>
    Promise.resolve({ status: 200, headers: { 'x-amz-bucket-region': region } }),
}
