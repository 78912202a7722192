import type { S3Response, S3Call, S3Operation } from '../operation.ts'

/** Implements HeadBucket. Confirms the existence of a bucket to sessions that have a prefix in it. */
export const headBucket: S3Operation = {
  id: 'HeadBucket',
  permission: 'read',
  handle: ({ region }: S3Call): Promise<S3Response> =>
    Promise.resolve({ status: 200, headers: { 'x-amz-bucket-region': region } }),
}
