import { mayRead } from '../conditions.ts'
import { cannotHold } from '../missing.ts'
import { objectHeaders } from '../object-headers.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { parseRange } from '../range.ts'
import { S3Error } from '../s3-error.ts'
import { onlyPart } from '../whole-part.ts'

/** Implements GetObject. Returns an object or one range of it, if the conditions of the request are true. */
export const getObject: S3Operation = {
  id: 'GetObject',
  permission: 'read',
  async handle(call: S3Call): Promise<S3Response> {
    const { storage, location, headers, parameters, signal } = call
    const range = onlyPart(parameters) ? undefined : parseRange(headers.range)
    const object = await storage
      .get(location, { signal, ...(range === undefined ? {} : { range }) })
      .catch((error: unknown) => {
        throw cannotHold(call.address.key, error) ? new S3Error('NoSuchKey', { cause: error }) : error
      })
    const { info, length, body } = object
    // Without this listener, an error of the stream before the server starts to send it, for example when the client
    // disconnects, would end the process.
    body.on('error', () => undefined)
    try {
      if (!mayRead(info, headers)) {
        body.destroy()
        return { status: 304, headers: objectHeaders(info, new Map()) }
      }
      const { start, end } = object.range ?? { start: 0, end: info.size - 1 }
      const partial = object.range !== undefined || (parameters.has('partNumber') && info.size > 0)
      return {
        status: partial ? 206 : 200,
        headers: {
          ...objectHeaders(info, parameters),
          ...(partial ? { 'content-range': `bytes ${start}-${end}/${info.size}` } : {}),
        },
        body: { body, length },
      }
    } catch (error) {
      body.destroy()
      throw error
    }
  },
}
