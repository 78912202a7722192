import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import type { KeyRing } from '../keys/key-ring.ts'
import type { SigningKey } from '../keys/ring-key.ts'
import { claimsOf, identityOf, type SessionClaims } from './session-claims.ts'
import type { Identity } from '../identity/identity.ts'

const algorithm = 'ES256'
const type = 'at+jwt'
/** Ours are 500 to 1,500 characters, with the longest names behind an engine 4,500: a longer one is not made, and not even hashed. */
export const maxTokenLength = 8192

/** What tokens are made and accepted for. */
export interface TokenSettings {
  /** `iss`: the public URL of the server, or the configured issuer. */
  readonly issuer: string
  /** `aud`: who accepts the tokens; the public URL of the catalog. */
  readonly audience: string
  /** Life of a new token in seconds. */
  readonly ttlSeconds: number
  /** Difference of clocks that is forgiven at verification, in seconds. Default 5. */
  readonly leewaySeconds?: number
}

export interface MintedToken {
  readonly token: string
  readonly ttlSeconds: number
  /** Epoch ms. */
  readonly expiresAt: number
  /** `jti`: names the token in logs. */
  readonly id: string
}

export interface VerifiedToken {
  readonly identity: Identity
  /** Epoch ms; the token may be remembered until then. */
  readonly expiresAt: number
}

/** Why a token was refused. For logs; callers are told whether it expired and nothing else. */
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

/** What a token is made for. */
export interface NewSession {
  /** Already proven and entitled: minting asks nobody. */
  readonly identity: Identity
  readonly clientId: string
  readonly scope: string
  /** A shorter life than the usual one, in seconds. */
  readonly ttlSeconds?: number
  /** Epoch ms: a further end, such as that of the token that was exchanged. */
  readonly notAfter?: number
}

/**
 * Makes an access token in the form of RFC 9068. It ends with the usual life, the shorter one asked for, `notAfter`, or
 * the session, whichever is first.
 *
 * `iat` has milliseconds (RFC 7519 allows fractions), so that "not before this moment" can be told apart from a token
 * made later in the same second.
 *
 * @throws HeadgateError `invalid-grant` when the names in it are too long for a token
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
  if (exp * 1000 <= nowMs - leewayMs(settings)) throw new Error('a session token would have ended already')
  const claims: SessionClaims = {
    iss: settings.issuer,
    aud: settings.audience,
    client_id: clientId,
    scope,
    iat: nowMs / 1000,
    exp,
    jti: id,
    ...claimsOf(identity),
  }
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: key.id })
    .sign(key.privateKey)
  if (token.length > maxTokenLength)
    throw new HeadgateError(
      'invalid-grant',
      'The names of the user and of the engines that act are too long for one token: let fewer engines act, one behind the other.',
    )
  return { token, ttlSeconds: Math.max(0, exp - Math.floor(nowMs / 1000)), expiresAt: exp * 1000, id }
}

function leewayMs({ leewaySeconds = 5 }: TokenSettings): number {
  return leewaySeconds * 1000
}

/** Checks everything about a token of ours but what only the store knows (see `Policies`). */
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
    if (error instanceof errors.JOSEError) return { ok: false, reason: refusalOf(error) }
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
  const identity = identityOf(payload)
  return identity === null ? null : { identity, expiresAt: identity.expiresAt }
}

function refusalOf(error: errors.JOSEError): TokenRefusal {
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
