import { storeBody } from '../body.ts'
import { quoted } from '../conditions.ts'
import type { S3Answer, S3Call, S3Operation } from '../operation.ts'
import { partNumberOf, uploadIdOf } from '../upload-parameters.ts'

/** UploadPart: a part whose body was wrong is not kept, and one that was there before stays. */
export const uploadPart: S3Operation = {
  id: 'UploadPart',
  access: 'read-write',
  async handle(call: S3Call): Promise<S3Answer> {
    const { storage, location, parameters, signal } = call
    const partNumber = partNumberOf(parameters)
    const uploadId = uploadIdOf(parameters)
    const { etag } = await storeBody(call, (body, size) =>
      storage.uploadPart(location, uploadId, partNumber, body, { signal, size }),
    )
    return { status: 200, headers: { etag: quoted(etag) } }
  },
}
