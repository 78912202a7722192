import { singleHeader, type HeaderTable } from '../canonical/canonical-headers.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { Authentication, VerificationPolicy } from './parsed-request.ts'

/** Of these there is one: a second one could be read by one part of a server and be signed for another. */
const SINGLE = ['authorization', 'content-length', 'content-md5', 'content-type', 'date', 'host']

/** Refuses headers that somebody on the way could have added: those that matter must be signed, and be there once. */
export function checkHeaders(
  table: HeaderTable,
  authentication: Authentication,
  policy: VerificationPolicy,
): void {
  for (const name of SINGLE) singleHeader(table, name)
  const signed = new Set(authentication.signedHeaders)
  // Listed without a host, such a request would be valid on every server that knows the key.
  if (!signed.has('host')) throw notSigned('host')
  for (const name of table.keys()) {
    if (name.startsWith('x-amz-')) {
      if (!name.startsWith('x-amz-meta-')) singleHeader(table, name)
      if (!signed.has(name) && !mayBeUnsigned(name, policy)) throw notSigned(name)
    } else if (policy.mustBeSigned?.includes(name) && !signed.has(name)) throw notSigned(name)
  }
}

function mayBeUnsigned(name: string, policy: VerificationPolicy): boolean {
  return (
    (name === 'x-amz-security-token' && policy.sessionToken === 'after') ||
    policy.mayBeUnsigned?.includes(name) === true
  )
}

function notSigned(name: string): SigV4Error {
  return new SigV4Error('header-not-signed', `The header ${name} must be signed`)
}
