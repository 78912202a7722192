import { storeBody } from '../body.ts'
import { quoted } from '../conditions.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { readPartNumber, readUploadId } from '../upload-parameters.ts'

/**
 * Implements UploadPart. Stores a part of a multipart upload. A request with a wrong body does not replace an earlier
 * part of the same number.
 */
export const uploadPart: S3Operation = {
  id: 'UploadPart',
  permission: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, location, parameters, signal } = call
    const partNumber = readPartNumber(parameters)
    const uploadId = readUploadId(parameters)
    const { etag } = await storeBody(call, (body, size) =>
      storage.uploadPart(location, uploadId, partNumber, body, { signal, size }),
    )
    return { status: 200, headers: { etag: quoted(etag) } }
  },
}
