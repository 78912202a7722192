import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { readUploadId } from '../upload-parameters.ts'

/** Implements AbortMultipartUpload. Also succeeds when the upload does not exist any more. */
export const abortMultipartUpload: S3Operation = {
  id: 'AbortMultipartUpload',
  permission: 'read-write',
  async handle({ storage, location, parameters, signal }: S3Call): Promise<S3Response> {
    await storage.abortUpload(location, readUploadId(parameters), { signal })
    return { status: 204 }
  },
}
