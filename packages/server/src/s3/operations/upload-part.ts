import { storeBody } from '../body.ts'
import { quoted } from '../conditions.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { partNumberOf, uploadIdOf } from '../upload-parameters.ts'

/** UploadPart: stores a part. A part with a wrong body is not stored, and does not replace an existing one. */
export const uploadPart: S3Operation = {
  id: 'UploadPart',
  access: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, location, parameters, signal } = call
    const partNumber = partNumberOf(parameters)
    const uploadId = uploadIdOf(parameters)
    const { etag } = await storeBody(call, (body, size) =>
      storage.uploadPart(location, uploadId, partNumber, body, { signal, size }),
    )
    return { status: 200, headers: { etag: quoted(etag) } }
  },
}
