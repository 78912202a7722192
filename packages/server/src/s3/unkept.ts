import type { IncomingHttpHeaders } from 'node:http'
import { S3Error } from './s3-error.ts'

const promises =
  /^x-amz-(?:server-side-encryption|grant-|object-lock-|tagging|website-|write-offset-bytes|if-match-)/
const plainAcls: readonly string[] = ['private', 'bucket-owner-full-control', 'bucket-owner-read']

/**
 * Refuses a write that asks for something the storage cannot promise: another encryption, access for others, a lock.
 * What is only said of an object (`x-amz-meta-*`, `cache-control` …) is passed over instead: the storage keeps bytes,
 * and no lakehouse format reads anything else back.
 *
 * @throws S3Error `NotImplemented`
 */
export function refuseUnkept(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (promises.test(name)) throw unkept(name)
  const acl = headers['x-amz-acl']
  if (typeof acl === 'string' && !plainAcls.includes(acl)) throw unkept('x-amz-acl')
  const storageClass = headers['x-amz-storage-class']
  if (storageClass !== undefined && storageClass !== 'STANDARD') throw unkept('x-amz-storage-class')
  // The framing of the request is no property of the object; any other coding would be.
  const codings = (headers['content-encoding'] ?? '').split(',').map((coding) => coding.trim().toLowerCase())
  if (codings.some((coding) => coding !== '' && coding !== 'aws-chunked' && coding !== 'identity'))
    throw unkept('content-encoding')
}

function unkept(name: string): S3Error {
  return new S3Error('NotImplemented', {
    message: `What the header ${name} asks for does not exist here.`,
    fields: { Header: name },
  })
}
