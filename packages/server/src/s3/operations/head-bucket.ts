import type { S3Response, S3Call, S3Operation } from '../operation.ts'

/** HeadBucket: confirms that the bucket exists, to sessions with a prefix in it. */
export const headBucket: S3Operation = {
  id: 'HeadBucket',
  access: 'read',
  handle: ({ region }: S3Call): Promise<S3Response> =>
    Promise.resolve({ status: 200, headers: { 'x-amz-bucket-region': region } }),
}
