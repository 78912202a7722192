import { draftHeaders, type Draft, type DraftOptions, type HeaderDraftOptions } from './draft.ts'
import { sha256Hex } from './sha256-hex.ts'
import { ALGORITHM, type Seed } from './signature.ts'
import { deriveSigningKey, type SigningKeys } from './signing-keys.ts'
import type { Header, WireRequest } from './wire-request.ts'

/** An access key of AWS, or of a store that speaks its protocol. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface SigningOptions extends DraftOptions {
  readonly credentials: Credentials
  readonly region: string
  /** Where signing keys are kept. */
  readonly keys?: SigningKeys
}

export type HeaderSigningOptions = SigningOptions & HeaderDraftOptions

/** What a request is sent with. */
export interface SignedRequest {
  /** The headers to add, `authorization` last. */
  readonly headers: readonly Header[]
  /** From here the chunks of a streamed body are signed. */
  readonly seed: Seed
}

/**
 * Signs a request in its headers. All headers given are signed but those that hops on the way may change; `host` must
 * be among them. Nothing may change after this.
 *
 * @throws SigV4Error for a request that no verifier would take.
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
  const seed = sealed(draft, options)
  return { headers: draft.finish(seed.signature), seed }
}

/** Signs a draft. */
export function sealed(draft: Draft<unknown>, options: SigningOptions): Seed {
  const { timestamp } = draft
  const scope = { date: timestamp.slice(0, 8), region: options.region, service: options.service }
  const secret = options.credentials.secretAccessKey
  const signingKey = options.keys?.get(secret, scope) ?? deriveSigningKey(secret, scope)
  const signature = signingKey.sign(draft.stringToSign(sha256Hex(draft.canonicalRequest)))
  return { signature, timestamp, scope, signingKey }
}
