import { S3Error } from './s3-error.ts'

/**
 * Returns whether a read requests a part of an object by its number. The storage does not record the parts of an
 * object, so every object consists of the part 1, as at S3 for an object that was uploaded with PutObject.
 *
 * @throws S3Error `NotImplemented`, `InvalidRange`
 */
export function onlyPart(parameters: ReadonlyMap<string, string>): boolean {
  const version = parameters.get('versionId')
  if (version !== undefined && version !== 'null')
    throw new S3Error('NotImplemented', { message: 'This server does not support object versions.' })
  const part = parameters.get('partNumber')
  if (part === undefined) return false
  if (part !== '1')
    throw new S3Error('InvalidRange', { message: 'The object has only one part, with the number 1.' })
  return true
}
