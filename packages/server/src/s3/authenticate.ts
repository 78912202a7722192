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
  /** Target in the request line, as received. */
  readonly target: string
  readonly rawHeaders: readonly string[]
}

export interface AuthenticationDeps {
  readonly ring: KeyRing
  readonly keys: SigningKeys
  readonly regions: readonly string[]
  /** Epoch ms. */
  readonly now: number
}

/** Request with its verified signature, and the session whose token is signed with it. */
export interface AuthenticatedRequest {
  readonly session: S3Session
  readonly verified: VerifiedRequest
}

/**
 * Verifies the signature of a request and opens its session token.
 *
 * @throws S3Error that reveals nothing to a caller without a session, and makes the SDK of a caller whose session has ended
 *   refresh it. Its `reason` is for the log.
 */
export async function authenticate(
  { method, target, rawHeaders }: SignedRequest,
  deps: AuthenticationDeps,
): Promise<AuthenticatedRequest> {
  const { ring, keys, regions, now } = deps
  const parsed = parseRequest(
    { method, target, headers: headerPairs(rawHeaders) },
    { services: ['s3'], ...(regions.length === 0 ? {} : { regions }), now: new Date(now) },
  )
  if (!parsed.ok) throw toAuthenticationError(parsed.refusal, regions)
  const session = await openSession(parsed.value, ring, now)
  const verified = verifySignature(parsed.value, session.secretAccessKey, { keys })
  if (!verified.ok) throw toAuthenticationError(verified.refusal, regions)
  return { session, verified: verified.value }
}

/**
 * Opens the session token for each request: this takes 3 % of the CPU time of a small GET, and a key that is removed from the
 * ring is refused at once.
 */
async function openSession(request: ParsedRequest, ring: KeyRing, now: number): Promise<S3Session> {
  const { accessKeyId, sessionToken } = request
  // All keys of this server belong to sessions. Without the token such a key does not exist, as at AWS.
  if (sessionToken === undefined) throw new S3Error('InvalidAccessKeyId', { reason: 'no session token' })
  let opened = openS3Session(ring, accessKeyId, sessionToken, now)
  // Another replica may have sealed it with a key that was just added.
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

function toAuthenticationError(refusal: SigV4Error, regions: readonly string[]): S3Error {
  const error = toS3Error(refusal)
  const [region] = regions
  if (refusal.code !== 'wrong-scope' || region === undefined) return error
  // SDKs repeat the request with a signature for the region in the error.
  return new S3Error(error.code, {
    fields: { Region: region },
    cause: refusal,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
  })
}
