import { S3Error } from './s3-error.ts'

/**
 * Returns whether a read requests an object by its part number. The storage does not record parts, so every object has one,
 * as objects that were put with one request.
 *
 * @throws S3Error `NotImplemented`, `InvalidRange`
 */
export function onlyPart(parameters: ReadonlyMap<string, string>): boolean {
  const version = parameters.get('versionId')
  if (version !== undefined && version !== 'null')
    throw new S3Error('NotImplemented', { message: 'This server does not support versions of objects.' })
  const part = parameters.get('partNumber')
  if (part === undefined) return false
  if (part !== '1') throw new S3Error('InvalidRange', { message: 'The object has one part.' })
  return true
}
