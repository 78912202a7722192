import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import type { KeyRing } from '../keys/key-ring.ts'
import type { SigningKey } from '../keys/ring-key.ts'
import { toClaims, readIdentity, type SessionClaims } from './session-claims.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

const algorithm = 'ES256'
const type = 'at+jwt'
/** Characters of a token, at most. Typical tokens have 500 to 1,500, and 4,500 with the longest names and an engine. Longer ones are neither issued nor hashed. */
export const maxTokenLength = 8192

/** Options for issuing and accepting tokens. */
export interface TokenSettings {
  /** `iss`: the public URL of the server, or the configured issuer. */
  readonly issuer: string
  /** `aud`: the public URL of the catalog, which accepts the tokens. */
  readonly audience: string
  /** Lifetime of a new token in seconds. */
  readonly ttlSeconds: number
  /** Difference of clocks that verification tolerates, in seconds. Default 5. */
  readonly leewaySeconds?: number
}

export interface MintedToken {
  readonly token: string
  readonly ttlSeconds: number
  /** Epoch ms. */
  readonly expiresAt: number
  /** `jti`: identifies the token in logs. */
  readonly id: string
}

export interface VerifiedToken {
  readonly identity: ProvenIdentity
  /** Epoch ms until which the token may be cached. */
  readonly expiresAt: number
}

/** Reason of a refusal, for logs. Callers only learn whether the token expired. */
export type TokenRefusal =
  | 'too long'
  | 'malformed'
  | 'wrong type'
  | 'wrong algorithm'
  | 'unknown key'
  | 'wrong signature'
  | 'wrong issuer'
  | 'wrong audience'
  | 'expired'
  | 'wrong claims'

export type Verification =
  { readonly ok: true; readonly value: VerifiedToken } | { readonly ok: false; readonly reason: TokenRefusal }

/** Request for a new token. */
export interface NewSession {
  /** Proven identity that is entitled to a token. Minting checks nothing. */
  readonly identity: ProvenIdentity
  readonly clientId: string
  readonly scope: string
  /** Lifetime in seconds, if it is shorter than the default. */
  readonly ttlSeconds?: number
  /** Epoch ms. Latest end, such as that of the token that was exchanged. */
  readonly notAfter?: number
}

/**
 * Mints an access token (RFC 9068). It ends after the default lifetime, after the requested one, at `notAfter`, or with the
 * session, whichever is first.
 *
 * `iat` contains milliseconds (RFC 7519 allows fractions), so that a revocation can be compared with tokens that were
 * issued in the same second.
 *
 * @throws HeadgateError `invalid-grant` when the names are too long for a token
 * @throws Error when the chain of engines is longer than `maxActors`, or the end has passed
 */
export async function mintSessionToken(
  key: SigningKey,
  settings: TokenSettings,
  session: NewSession,
  nowMs: number,
): Promise<MintedToken> {
  const { identity, clientId, scope, notAfter = Infinity } = session
  const id = randomUUID()
  const ttl = Math.min(settings.ttlSeconds, session.ttlSeconds ?? Infinity)
  const usual = Math.floor(nowMs / 1000) + ttl
  const exp = Math.min(usual, Math.floor(Math.min(notAfter, identity.sessionEndsAt ?? Infinity) / 1000))
  if (exp * 1000 <= nowMs - leewayMs(settings))
    throw new Error('the end of the session token has passed already')
  const claims: SessionClaims = {
    iss: settings.issuer,
    aud: settings.audience,
    client_id: clientId,
    scope,
    iat: nowMs / 1000,
    exp,
    jti: id,
    ...toClaims(identity),
  }
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: key.id })
    .sign(key.privateKey)
  if (token.length > maxTokenLength)
    throw new HeadgateError(
      'invalid-grant',
      'The names of the user and of the acting engines are too long for one token. Use a shorter chain of engines.',
    )
  return { token, ttlSeconds: Math.max(0, exp - Math.floor(nowMs / 1000)), expiresAt: exp * 1000, id }
}

function leewayMs({ leewaySeconds = 5 }: TokenSettings): number {
  return leewaySeconds * 1000
}

/** Verifies a token of this server, without the checks that need the store (see `Policies`). */
export async function verifySessionToken(
  ring: KeyRing,
  settings: TokenSettings,
  token: string,
  nowMs: number,
): Promise<Verification> {
  if (token.length > maxTokenLength) return { ok: false, reason: 'too long' }
  try {
    const { payload } = await jwtVerify(token, (header) => verificationKey(ring, header.kid), {
      algorithms: [algorithm],
      typ: type,
      issuer: settings.issuer,
      audience: settings.audience,
      requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti', 'principal_id'],
      clockTolerance: leewayMs(settings) / 1000,
      currentDate: new Date(nowMs),
    })
    const value = verifiedToken(payload)
    return value ? { ok: true, value } : { ok: false, reason: 'wrong claims' }
  } catch (error) {
    if (error instanceof errors.JOSEError) return { ok: false, reason: toRefusal(error) }
    throw error
  }
}

async function verificationKey(ring: KeyRing, kid: string | undefined): Promise<SigningKey['publicKey']> {
  if (kid === undefined) throw new errors.JWKSNoMatchingKey()
  const known = ring.verifying('session-token', kid)
  if (known) return known.publicKey
  if (await ring.reloadForUnknownKey()) {
    const loaded = ring.verifying('session-token', kid)
    if (loaded) return loaded.publicKey
  }
  throw new errors.JWKSNoMatchingKey()
}

function verifiedToken(payload: JWTPayload): VerifiedToken | null {
  const identity = readIdentity(payload)
  return identity === null ? null : { identity, expiresAt: identity.expiresAt }
}

function toRefusal(error: errors.JOSEError): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'wrong signature'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'wrong algorithm'
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'typ') return 'wrong type'
    if (error.claim === 'iss') return 'wrong issuer'
    if (error.claim === 'aud') return 'wrong audience'
    return 'wrong claims'
  }
  return 'malformed'
}
