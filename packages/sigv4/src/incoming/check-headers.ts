import { singleHeader, type HeaderTable } from '../canonical/canonical-headers.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { Authentication, VerificationPolicy } from './parsed-request.ts'

/**
 * Names of headers that must occur only once. A server could read the first value while the signature covers another
 * value.
 */
const SINGLE = ['authorization', 'content-length', 'content-md5', 'content-type', 'date', 'host']

/**
 * Refuses a request with headers that a proxy or an attacker may have added: significant headers must be signed, and
 * must not be repeated.
 */
export function checkHeaders(
  table: HeaderTable,
  authentication: Authentication,
  policy: VerificationPolicy,
): void {
  for (const name of SINGLE) singleHeader(table, name)
  const signed = new Set(authentication.signedHeaders)
  // Without a signed host, the request would be valid on every server that knows the key.
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
