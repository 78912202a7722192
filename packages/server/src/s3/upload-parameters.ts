import { parseCount } from './query.ts'
import { invalidArgument, S3Error } from './s3-error.ts'
import { maxParts } from '@headgate/storage'

/**
 * Returns the upload id in the query of a request.
 *
 * @throws S3Error `NoSuchUpload` for a text that cannot be an upload id
 */
export function readUploadId(parameters: ReadonlyMap<string, string>): string {
  const uploadId = parameters.get('uploadId') ?? ''
  if (/^[\x21-\x7e]{1,1024}$/.test(uploadId)) return uploadId
  throw new S3Error('NoSuchUpload')
}

/**
 * Returns the part number in the query of a request.
 *
 * @throws S3Error `InvalidArgument` when it is not a number in the allowed range
 */
export function readPartNumber(parameters: ReadonlyMap<string, string>): number {
  const number = parseCount(parameters.get('partNumber') ?? '', maxParts)
  if (number !== undefined && number >= 1) return number
  throw invalidArgument('partNumber', `must be a number from 1 to ${maxParts}`)
}
