import { draftQuery, type QueryDraftOptions } from './draft.ts'
import { ALGORITHM } from './signature.ts'
import { computeSignature, type SigningOptions } from './sign-request.ts'
import type { WireRequest } from './wire-request.ts'

export type PresigningOptions = SigningOptions & QueryDraftOptions

/**
 * Signs a request in its query. The client must later send all headers of `request` unchanged; usually that is only
 * `host`.
 *
 * @returns The new request target: path, query and signature.
 * @throws SigV4Error for a request that no verifier would accept.
 *
 * @example
 * ```ts
 * const target = presign(
 *   { method: 'GET', target: '/bucket/key', headers: [['host', 's3.eu-central-1.amazonaws.com']] },
 *   { credentials, region: 'eu-central-1', service: 's3', date: new Date(), expiresSeconds: 900 },
 * )
 * console.log(`https://s3.eu-central-1.amazonaws.com${target}`)
 * ```
 */
export function presign(request: WireRequest, options: PresigningOptions): string {
  const draft = draftQuery(request, { algorithm: ALGORITHM, region: options.region }, options)
  return draft.finish(computeSignature(draft, options).signature)
}
