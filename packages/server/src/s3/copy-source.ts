import { toLocation, parseCopySource } from './address.ts'
import { mayRead } from './conditions.ts'
import { cannotHold } from './missing.ts'
import type { S3Call } from './operation.ts'
import { S3Error } from './s3-error.ts'
import { checkScope } from './scope.ts'
import type { StoredObject } from '@headgate/storage'

/** Returns the location of the source object of a copy request, after checking that the session may read it. */
export function readCopySource({ headers, session }: S3Call): string {
  const header = headers['x-amz-copy-source']
  const location = toLocation(parseCopySource(typeof header === 'string' ? header : ''))
  checkScope(session, location, 'read')
  return location
}

/** Opens the source object of a copy request for reading, if the conditions of the request on the source are true. */
export async function openCopySource(
  { storage, headers, signal }: S3Call,
  source: string,
  range: { readonly start: number; readonly end: number } | undefined,
): Promise<StoredObject> {
  const object = await storage
    .get(source, { signal, ...(range === undefined ? {} : { range }) })
    .catch((error: unknown) => {
      throw cannotHold(source, error) ? new S3Error('NoSuchKey', { cause: error }) : error
    })
  object.body.on('error', () => undefined)
  const cut = range !== undefined && object.length !== range.end - range.start + 1
  try {
    if (cut) throw new S3Error('InvalidRange')
    if (mayRead(object.info, headers, 'x-amz-copy-source-')) return object
    throw new S3Error('PreconditionFailed')
  } catch (error) {
    object.body.destroy()
    throw error
  }
}
