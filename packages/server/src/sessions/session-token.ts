import { randomUUID } from 'node:crypto'
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import type { Identity } from '../identity/identity.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { SigningKey } from '../keys/ring-key.ts'

const algorithm = 'ES256'
const type = 'at+jwt'
/** Ours are about 500 characters; anything near this size is no token of ours and is not even hashed. */
export const maxTokenLength = 4096

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

/**
 * Makes an access token in the form of RFC 9068 for a principal of ours.
 *
 * `iat` has milliseconds (RFC 7519 allows fractions), so that "not before this moment" can be told apart from a token
 * made later in the same second. `principal_id` is the id in the store: a principal that is deleted and made again
 * under its old name is somebody else.
 */
export async function mintSessionToken(
  key: SigningKey,
  settings: TokenSettings,
  session: { readonly identity: Identity; readonly clientId: string; readonly scope: string },
  nowMs: number,
): Promise<MintedToken> {
  const { principal, actors } = session.identity
  // A token that names actors needs an `act` claim and its rules: better none than one that forgets them.
  if (actors.length > 0) throw new Error('A session token for a delegated identity cannot be minted yet.')
  const id = randomUUID()
  const exp = Math.floor(nowMs / 1000) + settings.ttlSeconds
  const token = await new SignJWT({
    iss: settings.issuer,
    aud: settings.audience,
    sub: principal.subject,
    client_id: session.clientId,
    scope: session.scope,
    iat: nowMs / 1000,
    exp,
    jti: id,
    principal_id: principal.id,
    name: principal.name,
  })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: key.id })
    .sign(key.privateKey)
  return { token, ttlSeconds: settings.ttlSeconds, expiresAt: exp * 1000, id }
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
      clockTolerance: settings.leewaySeconds ?? 5,
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
  const { sub, iat, exp, principal_id: id, name, act } = payload
  // Nobody mints `act` yet. Not reading it would turn an engine's call for a user into the user's own.
  if (act !== undefined) return null
  if (typeof sub !== 'string' || typeof id !== 'string' || typeof iat !== 'number' || typeof exp !== 'number')
    return null
  const expiresAt = exp * 1000
  const principal = { id, issuer: 'headgate', subject: sub, name: typeof name === 'string' ? name : sub }
  return {
    identity: { principal, actors: [], method: 'session-token', expiresAt, issuedAt: Math.round(iat * 1000) },
    expiresAt,
  }
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
