import { parseCredential } from '../scope.ts'
import { ALGORITHM } from '../signature.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { Authentication } from './parsed-request.ts'
import { parseSignature, parseSignedHeaders } from './parts.ts'

/**
 * Parses an `Authorization` header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. The three parts
 * may have any order.
 */
export function parseAuthorizationHeader(value: string): Authentication {
  const space = value.indexOf(' ')
  const scheme = space === -1 ? value : value.slice(0, space)
  if (scheme !== ALGORITHM) {
    throw new SigV4Error('unsupported-algorithm', `The Authorization header must use ${ALGORITHM}`)
  }
  const parts = new Map<string, string>()
  for (const part of value.slice(scheme.length + 1).split(',')) {
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(equals, 0)).trim()
    if (!PARTS.has(name)) throw malformed('The Authorization header has an unknown part')
    if (parts.has(name)) throw malformed(`The Authorization header has more than one ${name}`)
    parts.set(name, part.slice(equals + 1).trim())
  }
  const credential = parseCredential(parts.get('Credential') ?? '')
  if (credential === undefined) {
    throw malformed(
      'The Authorization header needs Credential=<access key>/<date>/<region>/<service>/aws4_request',
    )
  }
  const signedHeaders = parseSignedHeaders(parts.get('SignedHeaders'))
  if (signedHeaders === undefined)
    throw malformed('The Authorization header needs SignedHeaders: lower-case, sorted, without repetition')
  const signature = parseSignature(parts.get('Signature'))
  if (signature === undefined)
    throw malformed('The Authorization header needs Signature: 64 lower-case hexadecimal digits')
  return { form: 'header', ...credential, signedHeaders, signature }
}

const PARTS: ReadonlySet<string> = new Set(['Credential', 'SignedHeaders', 'Signature'])

function malformed(what: string): SigV4Error {
  return new SigV4Error('malformed-authentication', what)
}
