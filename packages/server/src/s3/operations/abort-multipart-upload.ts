import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { uploadIdOf } from '../upload-parameters.ts'

/** AbortMultipartUpload: also succeeds when there is no such upload any more. */
export const abortMultipartUpload: S3Operation = {
  id: 'AbortMultipartUpload',
  access: 'read-write',
  async handle({ storage, location, parameters, signal }: S3Call): Promise<S3Response> {
    await storage.abortUpload(location, uploadIdOf(parameters), { signal })
    return { status: 204 }
  },
}
