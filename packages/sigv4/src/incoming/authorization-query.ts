import { percentDecode } from '../canonical/percent.ts'
import type { QueryParameter } from '../canonical/canonical-query.ts'
import { parseCredential } from '../scope.ts'
import { ALGORITHM } from '../signature.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { Authentication } from './parsed-request.ts'
import { parseSignature, parseSignedHeaders } from './parts.ts'

/** Signature parameters of a presigned request. */
export interface QueryAuthentication extends Authentication {
  readonly form: 'query'
  readonly timestamp: string
  readonly expires: string
  readonly sessionToken: string | undefined
  readonly contentSha256: string | undefined
}

export const SIGNATURE = 'X-Amz-Signature'
export const SECURITY_TOKEN = 'X-Amz-Security-Token'

const MARKS: ReadonlySet<string> = new Set(['X-Amz-Algorithm', 'X-Amz-Credential', SIGNATURE])

/**
 * Returns whether a query contains one of the signature parameters, such as `X-Amz-Signature`, even with an invalid
 * value.
 */
export function isPresigned(parameters: readonly QueryParameter[]): boolean {
  return parameters.some(({ name }) => MARKS.has(name))
}

/**
 * Parses the signature parameters of a presigned request: `X-Amz-Algorithm`, `X-Amz-Credential`, `X-Amz-Date`,
 * `X-Amz-Expires`, `X-Amz-SignedHeaders`, `X-Amz-Signature`.
 */
export function parseAuthorizationQuery(parameters: readonly QueryParameter[]): QueryAuthentication {
  const read = (name: string): string | undefined => {
    const found = parameters.filter((parameter) => parameter.name === name)
    if (found.length > 1) {
      throw new SigV4Error('duplicate-parameter', `The query parameter ${name} was sent more than once`)
    }
    return found[0] === undefined ? undefined : percentDecode(found[0].value)
  }
  if (read('X-Amz-Algorithm') !== ALGORITHM) {
    throw new SigV4Error('unsupported-algorithm', `X-Amz-Algorithm must be ${ALGORITHM}`)
  }
  const credential = parseCredential(read('X-Amz-Credential') ?? '')
  if (credential === undefined) {
    throw malformed('X-Amz-Credential must be <access key>/<date>/<region>/<service>/aws4_request')
  }
  const signedHeaders = parseSignedHeaders(read('X-Amz-SignedHeaders'))
  if (signedHeaders === undefined) {
    throw malformed('X-Amz-SignedHeaders must be lower-case and sorted, without repetition')
  }
  const signature = parseSignature(read(SIGNATURE))
  if (signature === undefined) throw malformed('X-Amz-Signature must be 64 lower-case hexadecimal digits')
  const timestamp = read('X-Amz-Date')
  if (timestamp === undefined) throw malformed('X-Amz-Date is missing')
  const expires = read('X-Amz-Expires')
  if (expires === undefined) throw malformed('X-Amz-Expires is missing')
  return {
    form: 'query',
    ...credential,
    signedHeaders,
    signature,
    timestamp,
    expires,
    sessionToken: read(SECURITY_TOKEN),
    contentSha256: read('X-Amz-Content-Sha256'),
  }
}

function malformed(what: string): SigV4Error {
  return new SigV4Error('malformed-query-authentication', what)
}
