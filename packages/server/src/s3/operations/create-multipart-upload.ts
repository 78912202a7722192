import { readContentType } from '../content-type.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { S3Error } from '../s3-error.ts'
import { refuseUnsupportedHeaders } from '../unsupported-headers.ts'
import { xmlResult } from '../xml-writer.ts'

/**
 * Implements CreateMultipartUpload. Returns the upload id that the storage created. The storage accepts the id only
 * for the same object.
 */
export const createMultipartUpload: S3Operation = {
  id: 'CreateMultipartUpload',
  permission: 'read-write',
  async handle({ storage, address, location, headers, signal }: S3Call): Promise<S3Response> {
    refuseUnsupportedHeaders(headers)
    if (!storage.capabilities.multipart) throw new S3Error('NotImplemented')
    const { uploadId } = await storage.createUpload(location, { signal, ...readContentType(headers) })
    return {
      status: 200,
      body: xmlResult('InitiateMultipartUploadResult', [
        ['Bucket', address.bucket],
        ['Key', address.key],
        ['UploadId', uploadId],
      ]),
    }
  },
}
