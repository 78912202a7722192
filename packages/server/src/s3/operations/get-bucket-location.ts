import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { xmlResult } from '../xml-writer.ts'

/** Implements GetBucketLocation. As at S3, the result for the region us-east-1 is an empty text. */
export const getBucketLocation: S3Operation = {
  id: 'GetBucketLocation',
  permission: 'read',
  handle: ({ region }: S3Call): Promise<S3Response> =>
    Promise.resolve({
      status: 200,
      body: xmlResult('LocationConstraint', region === 'us-east-1' ? '' : region),
    }),
}
