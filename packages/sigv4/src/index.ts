export { sha256Hex } from './sha256-hex.ts'
export {
  checksumHeader,
  parseChecksumHeader,
  createChecksum,
  type Checksum,
  type ChecksumAlgorithm,
} from './checksums/checksum.ts'
export { declaredChecksum, type DeclaredChecksum } from './checksums/declared-checksum.ts'
export { type ChunkLimits } from './body/chunk-decoder.ts'
export { decodeBody, type BodyOptions } from './body/decode-body.ts'
export {
  encodeBody,
  encodedLength,
  streamingHeaders,
  streamingPayloadHash,
  type StreamingForm,
} from './body/encode-body.ts'
export { parseRequest } from './incoming/parse-request.ts'
export type {
  Authentication,
  AuthenticationForm,
  ParsedRequest,
  VerificationPolicy,
} from './incoming/parsed-request.ts'
export { AsymmetricKey, deriveAsymmetricKey } from './asymmetric-key.ts'
export { MAX_EXPIRES_SECONDS } from './draft.ts'
export { EMPTY_SHA256, UNSIGNED_PAYLOAD } from './payload-hashes.ts'
export { type Payload, type StreamingPayload } from './payload.ts'
export { presign, type PresigningOptions } from './presign.ts'
export { refusals, type RefusalCode, type RefusalKind } from './refusals.ts'
export { generalRules, rulesFor, s3Rules, type SigningRules } from './rules.ts'
export { type CredentialScope } from './scope.ts'
export type { SignFetchOptions } from './sign-fetch.ts'
export { signFetch } from './sign-fetch-node.ts'
export {
  signRequest,
  type Credentials,
  type HeaderSigningOptions,
  type SignedRequest,
  type SigningOptions,
} from './sign-request.ts'
export { type Seed } from './signature.ts'
export { deriveSigningKey, SigningKey, SigningKeys } from './signing-keys.ts'
export { presignV4a, signRequestV4a, type V4aHeaderOptions, type V4aQueryOptions } from './sign-v4a.ts'
export { SigV4Error, type Result } from './sigv4-error.ts'
export {
  verifySignature,
  type SignatureVerificationOptions,
  type VerifiedRequest,
} from './verify-signature.ts'
export { headerPairs, type Header, type WireRequest } from './wire-request.ts'
