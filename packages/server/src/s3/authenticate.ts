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
  /** Request target (path and query) in the request line, as received. */
  readonly target: string
  readonly rawHeaders: readonly string[]
}

export interface AuthenticationDeps {
  readonly ring: KeyRing
  readonly keys: SigningKeys
  readonly regions: readonly string[]
  /** Current time in epoch ms. */
  readonly now: number
}

/** Request whose signature was verified, and the session of the session token in the request. */
export interface AuthenticatedRequest {
  readonly session: S3Session
  readonly verified: VerifiedRequest
}

/**
 * Verifies the signature of a request and opens its session token.
 *
 * @throws S3Error Its code makes the SDK of a caller whose session has ended refresh the credentials. Its message
 *   contains no details for callers without a session; `reason` contains the details for the log.
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
 * Decrypts the session token of a request and returns its session. The session is not cached, so the server refuses
 * the token as soon as its key is removed from the key ring. Decryption takes 3 % of the CPU time of a small GET.
 */
async function openSession(request: ParsedRequest, ring: KeyRing, now: number): Promise<S3Session> {
  const { accessKeyId, sessionToken } = request
  // Each access key of this server is valid only together with a session token, so a request without a session token
  // gets the error for an unknown access key, as at AWS.
  if (sessionToken === undefined)
    throw new S3Error('InvalidAccessKeyId', { reason: 'the request contains no session token' })
  let opened = openS3Session(ring, accessKeyId, sessionToken, now)
  // Another replica may have encrypted the session token with a key that this replica has not loaded yet.
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
  // SDKs sign the request again for the region in this error and repeat it.
  return new S3Error(error.code, {
    fields: { Region: region },
    cause: refusal,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
  })
}
