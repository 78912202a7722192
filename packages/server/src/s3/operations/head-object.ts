import { resolveRange } from '@headgate/storage'
import { mayRead } from '../conditions.ts'
import { cannotHold } from '../missing.ts'
import { objectHeaders } from '../object-headers.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { parseRange } from '../range.ts'
import { S3Error } from '../s3-error.ts'
import { onlyPart } from '../whole-part.ts'

/** Implements HeadObject. Returns the status and headers of GetObject without the body. */
export const headObject: S3Operation = {
  id: 'HeadObject',
  permission: 'read',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, location, headers, parameters, signal } = call
    const range = onlyPart(parameters) ? undefined : parseRange(headers.range)
    const info = await storage.head(location, { signal }).catch((error: unknown) => {
      if (cannotHold(call.address.key, error)) return null
      throw error
    })
    if (info === null) throw new S3Error('NoSuchKey')
    if (!mayRead(info, headers)) return { status: 304, headers: objectHeaders(info, new Map()) }
    const described = objectHeaders(info, parameters)
    if (range === undefined)
      return { status: 200, headers: { ...described, 'content-length': String(info.size) } }
    const { start, end } = resolveRange(range, info.size)
    return {
      status: 206,
      headers: {
        ...described,
        'content-length': String(end - start + 1),
        'content-range': `bytes ${start}-${end}/${info.size}`,
      },
    }
  },
}
