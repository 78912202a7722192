import { draftHeaders, type Draft, type DraftOptions, type HeaderDraftOptions } from './draft.ts'
import { sha256Hex } from './sha256-hex.ts'
import { ALGORITHM, type Seed } from './signature.ts'
import { deriveSigningKey, type SigningKeys } from './signing-keys.ts'
import type { Header, WireRequest } from './wire-request.ts'

/** Access key for AWS or a compatible object store. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface SigningOptions extends DraftOptions {
  readonly credentials: Credentials
  readonly region: string
  /** Cache of derived signing keys. Without it, each signature derives its key. */
  readonly keys?: SigningKeys
}

export type HeaderSigningOptions = SigningOptions & HeaderDraftOptions

/** Result of `signRequest`. */
export interface SignedRequest {
  /** Headers to add to the request, `authorization` last. */
  readonly headers: readonly Header[]
  /** Signature of the request. In a body with signed chunks, the signature of the first chunk covers it. */
  readonly seed: Seed
}

/**
 * Signs a request in its headers. Signs all headers except those that proxies may change; `host` is required. The
 * request must not change afterwards.
 *
 * @throws SigV4Error for a request that no verifier would accept.
 *
 * @example
 * ```ts
 * const { headers } = signRequest(
 *   { method: 'GET', target: '/bucket?list-type=2', headers: [['host', 's3.eu-central-1.amazonaws.com']] },
 *   { credentials, region: 'eu-central-1', service: 's3', date: new Date(), payloadHash: EMPTY_SHA256 },
 * )
 * ```
 */
export function signRequest(request: WireRequest, options: HeaderSigningOptions): SignedRequest {
  const draft = draftHeaders(request, { algorithm: ALGORITHM, region: options.region }, options)
  const seed = computeSignature(draft, options)
  return { headers: draft.finish(seed.signature), seed }
}

/** Computes the signature of a request that is prepared for signing. */
export function computeSignature(draft: Draft<unknown>, options: SigningOptions): Seed {
  const { timestamp } = draft
  const scope = { date: timestamp.slice(0, 8), region: options.region, service: options.service }
  const secret = options.credentials.secretAccessKey
  const signingKey = options.keys?.get(secret, scope) ?? deriveSigningKey(secret, scope)
  const signature = signingKey.sign(draft.stringToSign(sha256Hex(draft.canonicalRequest)))
  return { signature, timestamp, scope, signingKey }
}
