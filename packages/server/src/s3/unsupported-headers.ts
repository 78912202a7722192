import type { IncomingHttpHeaders } from 'node:http'
import { S3Error } from './s3-error.ts'

/** Headers that require a property of the stored object which the storage does not provide. */
const requirements =
  /^x-amz-(?:server-side-encryption|grant-|object-lock-|tagging|website-|write-offset-bytes|if-match-)/
const plainAcls: readonly string[] = ['private', 'bucket-owner-full-control', 'bucket-owner-read']

/**
 * Refuses a write whose headers require a property that the storage does not provide: another encryption, an access
 * control list, an object lock. Ignores the metadata of an object (`x-amz-meta-*`, `cache-control` …), because the
 * storage stores only bytes, and no table format reads such metadata.
 *
 * @throws S3Error `NotImplemented`
 */
export function refuseUnsupportedHeaders(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (requirements.test(name)) throw unsupported(name)
  const acl = headers['x-amz-acl']
  if (typeof acl === 'string' && !plainAcls.includes(acl)) throw unsupported('x-amz-acl')
  const storageClass = headers['x-amz-storage-class']
  if (storageClass !== undefined && storageClass !== 'STANDARD') throw unsupported('x-amz-storage-class')
  // The coding `aws-chunked` describes only the transfer of the request. Any other content coding is a property of
  // the object.
  const codings = (headers['content-encoding'] ?? '').split(',').map((coding) => coding.trim().toLowerCase())
  if (codings.some((coding) => coding !== '' && coding !== 'aws-chunked' && coding !== 'identity'))
    throw unsupported('content-encoding')
}

function unsupported(name: string): S3Error {
  return new S3Error('NotImplemented', {
    message: `This server does not support the header ${name}.`,
    fields: { Header: name },
  })
}
