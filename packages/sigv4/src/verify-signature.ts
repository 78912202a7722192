import type { ParsedRequest } from './incoming/parsed-request.ts'
import {
  STREAMING_SIGNED,
  STREAMING_SIGNED_TRAILER,
  STREAMING_UNSIGNED_TRAILER,
  type Payload,
} from './payload.ts'
import { UNSIGNED_PAYLOAD } from './payload-hashes.ts'
import { sameSignature, stringToSign, type Seed } from './signature.ts'
import { deriveSigningKey, type SigningKeys } from './signing-keys.ts'
import { attempt, SigV4Error, type Result } from './sigv4-error.ts'

export interface SignatureVerificationOptions {
  /**
   * SHA-256 of the body in lower-case hexadecimal digits, if the caller has read the body. A request whose payload is
   * `hash-not-sent` cannot be verified without it. For a `hashed` body, `decodeBody` compares the hash as well.
   */
  readonly bodySha256?: string
  /** Cache of derived signing keys. Without it, each verification derives its key. */
  readonly keys?: SigningKeys
}

/** A request whose signature was verified. */
export interface VerifiedRequest {
  readonly request: ParsedRequest
  /** Signature of the request. In a body with signed chunks, the signature of the first chunk covers it. */
  readonly seed: Seed
}

/**
 * Verifies the signature of a parsed request with the secret of its access key. The time depends neither on the
 * position of the first wrong digit nor, with a bounded cache of keys, on whether the access key exists: pass
 * `undefined` for an unknown access key, and the function does the same work.
 *
 * The caller must check first that the session token belongs to the access key.
 */
export function verifySignature(
  request: ParsedRequest,
  secret: string | undefined,
  options: SignatureVerificationOptions = {},
): Result<VerifiedRequest> {
  return attempt(() => verify(request, secret, options))
}

// Replaces the secret of an unknown access key. The function computes a signature with it before it refuses the
// request, so that the response time does not reveal whether the access key exists.
const NO_SECRET = 'no such access key'

function verify(
  request: ParsedRequest,
  secret: string | undefined,
  options: SignatureVerificationOptions,
): VerifiedRequest {
  const { scope, timestamp, signature } = request
  // An empty secret is public, so a request with an empty secret is refused like one with an unknown access key.
  const key = secret === undefined || secret === '' ? NO_SECRET : secret
  const signingKey = options.keys?.get(key, scope) ?? deriveSigningKey(key, scope)
  const canonicalRequest = request.canonicalHead + payloadHash(request.payload, options.bodySha256)
  const expected = signingKey.sign(stringToSign(timestamp, scope, canonicalRequest))
  const same = sameSignature(expected, signature)
  if (key === NO_SECRET) throw new SigV4Error('unknown-access-key', 'The access key does not exist')
  if (!same) throw new SigV4Error('signature-mismatch', 'The signature does not match the request')
  const { payload } = request
  if (
    payload.kind === 'hashed' &&
    options.bodySha256 !== undefined &&
    options.bodySha256 !== payload.sha256
  ) {
    throw new SigV4Error('payload-mismatch', 'The body does not match x-amz-content-sha256')
  }
  return { request, seed: { signature, timestamp, scope, signingKey } }
}

function payloadHash(payload: Payload, bodySha256: string | undefined): string {
  switch (payload.kind) {
    case 'hashed':
      return payload.sha256
    case 'unsigned':
      return UNSIGNED_PAYLOAD
    case 'hash-not-sent':
      if (bodySha256 !== undefined) return bodySha256
      throw new SigV4Error(
        'no-payload-hash',
        'Verifying this request needs the hash of its body. Read the body first and pass bodySha256.',
      )
    default:
      if (payload.trailer === undefined) return STREAMING_SIGNED
      return payload.chunks === 'signed' ? STREAMING_SIGNED_TRAILER : STREAMING_UNSIGNED_TRAILER
  }
}
