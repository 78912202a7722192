import { tabulateHeaders } from './canonical/canonical-headers.ts'
import { parseQuery } from './canonical/canonical-query.ts'
import { canonicalHead } from './canonical/canonical-request.ts'
import { percentEncode } from './canonical/percent.ts'
import { EMPTY_SHA256, UNSIGNED_PAYLOAD } from './payload.ts'
import { rulesFor } from './rules.ts'
import { ALGORITHM } from './signature.ts'
import { credentialOf, headersToSign, sealed, type SigningOptions } from './sign-request.ts'
import { SigV4Error } from './sigv4-error.ts'
import { formatTimestamp } from './timestamp.ts'
import { splitTarget, type WireRequest } from './wire-request.ts'

/** The longest that a presigned request may be valid, in seconds: seven days. */
export const MAX_EXPIRES_SECONDS = 604_800

export interface PresigningOptions extends SigningOptions {
  /** How long the request is valid from `date` on, in whole seconds: 1 to {@link MAX_EXPIRES_SECONDS}. */
  readonly expiresSeconds: number
  /** Default: `UNSIGNED-PAYLOAD` by the rules of S3, else the hash of an empty body. */
  readonly payloadHash?: string
}

/**
 * Signs a request in its query. All headers given must later be sent as they are; mostly that is `host` alone.
 *
 * @returns The new request target: path, query and signature.
 * @throws SigV4Error for a request that no verifier would take.
 *
 * @example
 * ```ts
 * const target = presign(
 *   { method: 'GET', target: '/bucket/key', headers: [['host', 's3.eu-central-1.amazonaws.com']] },
 *   { credentials, region: 'eu-central-1', service: 's3', date: new Date(), expiresSeconds: 900 },
 * )
 * fetch(`https://s3.eu-central-1.amazonaws.com${target}`)
 * ```
 */
export function presign(request: WireRequest, options: PresigningOptions): string {
  const seconds = options.expiresSeconds
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_EXPIRES_SECONDS) {
    throw new SigV4Error('expiry-out-of-range', `expiresSeconds must be from 1 to ${MAX_EXPIRES_SECONDS}`)
  }
  const rules = options.rules ?? rulesFor(options.service)
  const { path, query } = splitTarget(request.target)
  const timestamp = formatTimestamp(options.date)
  const headers = tabulateHeaders(request.headers)
  const signedHeaders = headersToSign(headers, options)
  const { sessionToken } = options.credentials
  const token = sessionToken === undefined ? '' : `&X-Amz-Security-Token=${percentEncode(sessionToken)}`
  const tokenSigned = options.sessionToken !== 'after'
  const signed = [
    ...(query === '' ? [] : [query]),
    `X-Amz-Algorithm=${ALGORITHM}`,
    `X-Amz-Credential=${percentEncode(credentialOf(timestamp, options))}`,
    `X-Amz-Date=${timestamp}`,
    `X-Amz-SignedHeaders=${percentEncode(signedHeaders.join(';'))}`,
    `X-Amz-Expires=${seconds}`,
  ].join('&')
  const head = canonicalHead({
    method: request.method,
    path,
    parameters: parseQuery(tokenSigned ? signed + token : signed),
    headers,
    signedHeaders,
    rules,
  })
  const payloadHash =
    options.payloadHash ?? (rules.presignedPayload === 'unsigned' ? UNSIGNED_PAYLOAD : EMPTY_SHA256)
  const { signature } = sealed(head + payloadHash, timestamp, options)
  return `${path}?${signed}${token}&X-Amz-Signature=${signature}`
}
