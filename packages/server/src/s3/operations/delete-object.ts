import { cannotHold } from '../missing.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { S3Error } from '../s3-error.ts'

/** Implements DeleteObject. Also succeeds when the object does not exist. */
export const deleteObject: S3Operation = {
  id: 'DeleteObject',
  permission: 'read-write',
  async handle({ storage, address, location, headers, parameters, signal }: S3Call): Promise<S3Response> {
    const version = parameters.get('versionId') ?? 'null'
    if (version !== 'null' || headers['if-match'] !== undefined)
      throw new S3Error('NotImplemented', {
        message:
          'This server supports neither the deletion of an object version nor conditions on a deletion.',
      })
    await storage.delete(location, { signal }).catch((error: unknown) => {
      if (!cannotHold(address.key, error)) throw error
    })
    return { status: 204 }
  },
}
