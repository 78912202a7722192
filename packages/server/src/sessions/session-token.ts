import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { decodeJwt, errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import type { KeyRing } from '../keys/key-ring.ts'
import type { SigningKey } from '../keys/ring-key.ts'
import { toClaims, readIdentity, type SessionClaims } from './session-claims.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

const algorithm = 'ES256'
const type = 'at+jwt'
/**
 * Maximum length of a token in characters. Typical tokens have 500 to 1,500 characters, and a token with the longest
 * possible names and one engine has 4,500. The server does not issue longer tokens, and refuses them before it
 * computes a digest.
 */
export const maxTokenLength = 8192

/** Options for the tokens that the server issues and accepts. */
export interface TokenSettings {
  /** Value of the claim `iss`: the public URL of the server, or the configured issuer. */
  readonly issuer: string
  /** Value of the claim `aud`: the public URL of the catalog. */
  readonly audience: string
  /** Lifetime of a new token in seconds. */
  readonly ttlSeconds: number
  /** Clock difference in seconds that the verification of a token tolerates. Default 5. */
  readonly leewaySeconds?: number
}

export interface MintedToken {
  readonly token: string
  readonly ttlSeconds: number
  /** Expiry of the token in epoch ms. */
  readonly expiresAt: number
  /** Value of the claim `jti`, which identifies the token in logs. */
  readonly id: string
}

export interface VerifiedToken {
  readonly identity: ProvenIdentity
  /** Expiry of the token in epoch ms. A cache may keep the identity until this time. */
  readonly expiresAt: number
}

/**
 * Reason for which the server refused a token, for logs. The response to the caller only says whether the token has
 * expired.
 */
export type TokenRefusal =
  | 'too long'
  | 'not a JWT'
  | 'malformed'
  | 'wrong type'
  | 'wrong algorithm'
  | 'unknown key'
  | 'wrong signature'
  | 'no issuer is named'
  | 'no such issuer is configured'
  | 'issued by this server for another public URL'
  | 'wrong audience'
  | 'expired'
  | 'wrong claims'

export type Verification =
  { readonly ok: true; readonly value: VerifiedToken } | { readonly ok: false; readonly reason: TokenRefusal }

/** Parameters for a new token. */
export interface NewSession {
  /**
   * Identity for which the token is minted. The caller has checked that the principal may receive a token; minting
   * does not check it.
   */
  readonly identity: ProvenIdentity
  readonly clientId: string
  readonly scope: string
  /** Requested lifetime in seconds. It has an effect only if it is shorter than the default. */
  readonly ttlSeconds?: number
  /** Latest expiry of the new token in epoch ms, such as the expiry of the exchanged token. */
  readonly notAfter?: number
}

/**
 * Mints an access token (RFC 9068). The token expires at the earliest of these times: after the default lifetime,
 * after the requested lifetime, at `notAfter`, and at the end of the session.
 *
 * `iat` contains milliseconds (RFC 7519 allows fractions), so that a revocation can be compared with tokens that were
 * issued in the same second.
 *
 * @throws HeadgateError `invalid-grant` when the names are too long for a token
 * @throws Error when the identity contains more than `maxActors` engines, or the expiry of the token would be in the
 *   past
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
    throw new Error('the expiry of the new session token is in the past')
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
      'The names of the user and of the acting engines are too long for one token. Exchange the token through fewer engines.',
    )
  return { token, ttlSeconds: Math.max(0, exp - Math.floor(nowMs / 1000)), expiresAt: exp * 1000, id }
}

function leewayMs({ leewaySeconds = 5 }: TokenSettings): number {
  return leewaySeconds * 1000
}

/**
 * Verifies the signature, times and claims of a token of this server. The checks that need the database, such as
 * revocation, are in `Policies`.
 */
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
    if (error instanceof errors.JOSEError)
      return { ok: false, reason: foreignRefusal(error, token, settings) ?? toRefusal(error) }
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

/**
 * Returns why a token is not a token of this server: it is not a JWT, or its issuer is another one. Called after the
 * verification failed, because such a reason tells more than a wrong key or signature. Returns null for a token that
 * names this server as its issuer.
 */
function foreignRefusal(
  error: errors.JOSEError,
  token: string,
  { issuer }: TokenSettings,
): TokenRefusal | null {
  // jose validates claims after the signature, so this server signed the token.
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) return null
  try {
    const { iss } = decodeJwt(token)
    if (typeof iss !== 'string') return 'no issuer is named'
    return iss === issuer ? null : 'no such issuer is configured'
  } catch (cause) {
    if (cause instanceof errors.JOSEError) return 'not a JWT'
    throw cause
  }
}

function toRefusal(error: errors.JOSEError): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'wrong signature'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'wrong algorithm'
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'typ') return 'wrong type'
    if (error.claim === 'iss') return 'issued by this server for another public URL'
    if (error.claim === 'aud') return 'wrong audience'
    return 'wrong claims'
  }
  return 'malformed'
}
