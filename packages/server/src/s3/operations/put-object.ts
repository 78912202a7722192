import { storeBody } from '../body.ts'
import { withCondition, quoted, writeCondition } from '../conditions.ts'
import { readContentType } from '../content-type.ts'
import { cannotHold } from '../missing.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { refuseUnsupportedHeaders } from '../unsupported-headers.ts'

/** The MD5 sum of zero bytes, which is the ETag of an empty object at S3. */
const etagOfNothing = 'd41d8cd98f00b204e9800998ecf8427e'

/** Implements PutObject. Creates the object atomically, if the conditions of the request are true. */
export const putObject: S3Operation = {
  id: 'PutObject',
  permission: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, location, headers, signal } = call
    refuseUnsupportedHeaders(headers)
    const condition = writeCondition(headers, storage.capabilities)
    const { etag } = await storeBody(call, async (body, size) => {
      try {
        const options = { signal, size, ...condition, ...readContentType(headers) }
        return await withCondition(call, condition, () => storage.put(location, body, options))
      } catch (error) {
        // The client writes a directory marker (an empty object whose key ends in a slash). A file storage cannot
        // store it and does not need it, so the write succeeds without an effect.
        if (size === 0 && call.address.key.endsWith('/') && cannotHold(call.address.key, error))
          return { etag: etagOfNothing }
        throw error
      }
    })
    return { status: 200, headers: { etag: quoted(etag) } }
  },
}
