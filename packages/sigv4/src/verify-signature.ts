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
   * SHA-256 of the body in lower-case hexadecimal digits, where the body is at hand already. Without it a request whose
   * payload is `hash-not-sent` cannot be verified, and a `hashed` body is checked by `decodeBody` only.
   */
  readonly bodySha256?: string
  /** Where signing keys are kept. */
  readonly keys?: SigningKeys
}

/** A request whose signature is right. */
export interface VerifiedRequest {
  readonly request: ParsedRequest
  /** From here the chunks of a streamed body are signed. */
  readonly seed: Seed
}

/**
 * Checks the signature of a parsed request with the secret of its access key. The time it takes does not tell where a
 * wrong signature differs; nor, with a bounded cache of keys, whether the access key exists: pass `undefined` for an
 * unknown one, and the work is the same.
 *
 * Whether the session token belongs to the access key is for the caller to check, first.
 */
export function verifySignature(
  request: ParsedRequest,
  secret: string | undefined,
  options: SignatureVerificationOptions = {},
): Result<VerifiedRequest> {
  return attempt(() => verify(request, secret, options))
}

// The secret of nobody: a request signed with it is refused like any other without an access key.
const NOBODY = 'no such access key'

function verify(
  request: ParsedRequest,
  secret: string | undefined,
  options: SignatureVerificationOptions,
): VerifiedRequest {
  const { scope, timestamp, signature } = request
  // An empty secret is known to everybody, so it is the secret of nobody too.
  const key = secret === undefined || secret === '' ? NOBODY : secret
  const signingKey = options.keys?.get(key, scope) ?? deriveSigningKey(key, scope)
  const canonicalRequest = request.canonicalHead + payloadHash(request.payload, options.bodySha256)
  const expected = signingKey.sign(stringToSign(timestamp, scope, canonicalRequest))
  const same = sameSignature(expected, signature)
  if (key === NOBODY) throw new SigV4Error('unknown-access-key', 'There is no such access key')
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
      throw new SigV4Error('no-payload-hash', 'The hash of the body is needed to verify this request')
    default:
      if (payload.trailer === undefined) return STREAMING_SIGNED
      return payload.chunks === 'signed' ? STREAMING_SIGNED_TRAILER : STREAMING_UNSIGNED_TRAILER
  }
}
