import { S3Error } from './s3-error.ts'

/**
 * Whether a read asks for the object by its parts. The storage remembers no parts, so every object has one, as objects
 * that were put at once have.
 *
 * @throws S3Error `NotImplemented`, `InvalidRange`
 */
export function onlyPart(parameters: ReadonlyMap<string, string>): boolean {
  const version = parameters.get('versionId')
  if (version !== undefined && version !== 'null')
    throw new S3Error('NotImplemented', { message: 'Objects have no versions here.' })
  const part = parameters.get('partNumber')
  if (part === undefined) return false
  if (part !== '1') throw new S3Error('InvalidRange', { message: 'The object has one part.' })
  return true
}
