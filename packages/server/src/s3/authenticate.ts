import {
  headerPairs,
  parseRequest,
  type ParsedRequest,
  type SigningKeys,
  type SigV4Error,
  type VerifiedRequest,
  verifySignature,
} from '@headgate/sigv4'
import { openS3Session, type S3Session, type S3SessionRefusal } from '../credentials/s3-session.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { type S3Code, S3Error } from './s3-error.ts'
import { toS3Error } from './to-s3-error.ts'

export interface SignedRequest {
  readonly method: string
  /** As it stands in the request line. */
  readonly target: string
  readonly rawHeaders: readonly string[]
}

export interface AuthenticationParts {
  readonly ring: KeyRing
  readonly keys: SigningKeys
  readonly regions: readonly string[]
  /** Epoch ms. */
  readonly now: number
}

/** Who sent a request, by its signature and the session token that is signed with it. */
export interface AuthenticatedRequest {
  readonly session: S3Session
  readonly verified: VerifiedRequest
}

/**
 * @throws S3Error that tells a stranger nothing, and the SDK of a caller whose session has ended to get a new one; its
 *   `reason` is for the log
 */
export async function authenticate(
  { method, target, rawHeaders }: SignedRequest,
  parts: AuthenticationParts,
): Promise<AuthenticatedRequest> {
  const { ring, keys, regions, now } = parts
  const parsed = parseRequest(
    { method, target, headers: headerPairs(rawHeaders) },
    { services: ['s3'], ...(regions.length === 0 ? {} : { regions }), now: new Date(now) },
  )
  if (!parsed.ok) throw told(parsed.refusal, regions)
  const session = await openSession(parsed.value, ring, now)
  const verified = verifySignature(parsed.value, session.secretAccessKey, { keys })
  if (!verified.ok) throw told(verified.refusal, regions)
  return { session, verified: verified.value }
}

/** Anew for each request: that is some 3 % of a small GET's CPU time, and a key that is dropped opens nothing at once. */
async function openSession(request: ParsedRequest, ring: KeyRing, now: number): Promise<S3Session> {
  const { accessKeyId, sessionToken } = request
  // All our keys are those of sessions: without its token such a key does not exist, to AWS neither.
  if (sessionToken === undefined) throw new S3Error('InvalidAccessKeyId', { reason: 'no session token' })
  let opened = openS3Session(ring, accessKeyId, sessionToken, now)
  // Another replica may have sealed it with a key that has just been added.
  if (!opened.ok && opened.reason === 'unknown key' && (await ring.reloadForUnknownKey()))
    opened = openS3Session(ring, accessKeyId, sessionToken, now)
  if (opened.ok) return opened.value
  throw new S3Error(codes[opened.reason], { reason: `session token: ${opened.reason}` })
}

const codes: Readonly<Record<S3SessionRefusal, S3Code>> = {
  malformed: 'InvalidToken',
  'unknown key': 'InvalidToken',
  'not ours': 'InvalidToken',
  expired: 'ExpiredToken',
}

function told(refusal: SigV4Error, regions: readonly string[]): S3Error {
  const error = toS3Error(refusal)
  const [region] = regions
  if (refusal.code !== 'wrong-scope' || region === undefined) return error
  // SDKs sign again for the region that stands here.
  return new S3Error(error.code, {
    fields: { Region: region },
    cause: refusal,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
  })
}
