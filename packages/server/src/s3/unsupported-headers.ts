import type { IncomingHttpHeaders } from 'node:http'
import { S3Error } from './s3-error.ts'

const promises =
  /^x-amz-(?:server-side-encryption|grant-|object-lock-|tagging|website-|write-offset-bytes|if-match-)/
const plainAcls: readonly string[] = ['private', 'bucket-owner-full-control', 'bucket-owner-read']

/**
 * Refuses a write that requires a property which the storage cannot provide: another encryption, an access list, a lock.
 * Metadata of an object (`x-amz-meta-*`, `cache-control` …) is ignored instead: the storage stores only bytes, and no
 * lakehouse format reads such metadata.
 *
 * @throws S3Error `NotImplemented`
 */
export function refuseUnsupportedHeaders(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (promises.test(name)) throw unsupported(name)
  const acl = headers['x-amz-acl']
  if (typeof acl === 'string' && !plainAcls.includes(acl)) throw unsupported('x-amz-acl')
  const storageClass = headers['x-amz-storage-class']
  if (storageClass !== undefined && storageClass !== 'STANDARD') throw unsupported('x-amz-storage-class')
  // The framing of the request is not a property of the object. Any other coding would be one.
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
