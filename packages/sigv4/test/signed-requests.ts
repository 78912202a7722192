import { parseRequest } from '../src/incoming/parse-request.ts'
import type { VerificationPolicy } from '../src/incoming/parsed-request.ts'
import type { RefusalCode } from '../src/refusals.ts'
import {
  signRequest,
  type Credentials,
  type HeaderSigningOptions,
  type SigningOptions,
} from '../src/sign-request.ts'
import type { Seed } from '../src/signature.ts'
import { verifySignature, type VerifiedRequest } from '../src/verify-signature.ts'
import type { WireRequest } from '../src/wire-request.ts'

export const credentials: Credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'a secret of the tests' }
export const now: Date = new Date('2026-03-14T09:26:53Z')
export const signing: SigningOptions = { credentials, region: 'eu-central-1', service: 's3', date: now }
export const policy: VerificationPolicy = { services: ['s3'], regions: ['eu-central-1'], now }

/** Signs a request in its headers. */
export function signed(
  request: WireRequest,
  options: Partial<HeaderSigningOptions> = {},
): WireRequest & { readonly seed: Seed } {
  const { headers, seed } = signRequest(request, { payloadHash: 'UNSIGNED-PAYLOAD', ...signing, ...options })
  return { ...request, headers: [...request.headers, ...headers], seed }
}

/**
 * Verifies a request. Returns `verified`, or the code of the refusal. The server knows one access key, whose secret
 * is `secret`.
 */
export function outcome(
  request: WireRequest,
  changes: Partial<VerificationPolicy> = {},
  secret: string | undefined = credentials.secretAccessKey,
  bodySha256?: string,
): 'verified' | RefusalCode {
  const parsed = parseRequest(request, { ...policy, ...changes })
  if (!parsed.ok) return parsed.refusal.code
  const known = parsed.value.accessKeyId === credentials.accessKeyId
  const verified = verifySignature(
    parsed.value,
    known ? secret : undefined,
    bodySha256 === undefined ? {} : { bodySha256 },
  )
  return verified.ok ? 'verified' : verified.refusal.code
}

/** Verifies a request and returns the verified request. Throws the refusal. */
export function verified(request: WireRequest, changes: Partial<VerificationPolicy> = {}): VerifiedRequest {
  const parsed = parseRequest(request, { ...policy, ...changes })
  if (!parsed.ok) throw parsed.refusal
  const result = verifySignature(parsed.value, credentials.secretAccessKey)
  if (!result.ok) throw result.refusal
  return result.value
}
