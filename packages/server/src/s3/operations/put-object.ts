import { storeBody } from '../body.ts'
import { onCondition, quoted, writeCondition } from '../conditions.ts'
import { contentTypeOf } from '../content-type.ts'
import { cannotHold } from '../missing.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { refuseUnsupportedHeaders } from '../unsupported-headers.ts'

/** The MD5 sum of nothing, which is the ETag of an empty object at S3. */
const etagOfNothing = 'd41d8cd98f00b204e9800998ecf8427e'

/** PutObject: the whole object or nothing, on conditions. */
export const putObject: S3Operation = {
  id: 'PutObject',
  access: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, location, headers, signal } = call
    refuseUnsupportedHeaders(headers)
    const condition = writeCondition(headers, storage.capabilities)
    const { etag } = await storeBody(call, async (body, size) => {
      try {
        const options = { signal, size, ...condition, ...contentTypeOf(headers) }
        return await onCondition(call, condition, () => storage.put(location, body, options))
      } catch (error) {
        // The mark of a directory: a store of files has directories, and needs none.
        if (size === 0 && call.address.key.endsWith('/') && cannotHold(call.address.key, error))
          return { etag: etagOfNothing }
        throw error
      }
    })
    return { status: 200, headers: { etag: quoted(etag) } }
  },
}
