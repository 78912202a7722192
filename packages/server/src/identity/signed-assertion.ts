import { errors, jwtVerify, type CryptoKey, type JWTPayload } from 'jose'
import { findSigningClient, type SigningClientRow } from '../store/client-keys.ts'
import { ownIssuer } from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'
import { clientAlgorithms, importKey } from './client-key.ts'
import { peek } from './peek.ts'

/**
 * Verified assertion that a client signed with its registered key. The caller must still check that it was not
 * used before.
 */
export interface SignedAssertion {
  readonly client: Omit<SigningClientRow, 'keys'>
  readonly subject: string
  /** Value of the claim `jti`. */
  readonly id: string
  /** Time of issue (`iat`) in epoch ms. */
  readonly issuedAt: number
  /** Expiry (`exp`) in epoch ms. */
  readonly expiresAt: number
  readonly claims: JWTPayload
}

export type AssertionCheck =
  | { readonly ok: true; readonly value: SignedAssertion }
  | {
      readonly ok: false
      /** Reason for the log. */
      readonly reason: string
      /**
       * Message for the client if its signature was verified. Null: the client has proven nothing, so it gets
       * no details that help an attacker.
       */
      readonly message: string | null
    }

export interface AssertionRules {
  /** The only accepted `aud`: the issuer of the token endpoint (draft-ietf-oauth-rfc7523bis). */
  readonly audience: string
  readonly now: number
}

const maxLength = 8_192
const maxLifeSeconds = 300
const leewaySeconds = 5
/**
 * Accepted header members. They identify a registered key; members that contain a key or its URL are refused.
 */
const allowedHeader: ReadonlySet<string> = new Set(['alg', 'kid', 'typ'])
const allowedTypes: ReadonlySet<unknown> = new Set([
  undefined,
  'JWT',
  'jwt',
  'client-authentication+jwt',
  'headgate-assertion+jwt',
])

/**
 * Verifies a JWT that a client of this server signed with a registered key (RFC 7523 section 3): `iss` is its
 * client id, `aud` the token endpoint, it is valid for at most five minutes and has a `jti`. The caller must
 * check `sub`, and record the `jti` so that the assertion is accepted once.
 */
export async function checkSignedAssertion(
  sql: Queryable,
  token: string,
  rules: AssertionRules,
): Promise<AssertionCheck> {
  const peeked = token.length > maxLength ? null : peek(token)
  const issuer = peeked?.claims['iss']
  if (peeked === null || typeof issuer !== 'string' || issuer.length > 512) return guess('malformed')
  const { header } = peeked
  if (typeof header['alg'] !== 'string' || !clientAlgorithms.includes(header['alg']))
    return guess('wrong algorithm')
  if (Object.keys(header).some((name) => !allowedHeader.has(name))) return guess('header member not allowed')
  if (!allowedTypes.has(header['typ'])) return guess('wrong type')
  const client = await findSigningClient(sql, ownIssuer, issuer)
  const key = client === null ? undefined : keyFor(client, header)
  const verified = await verifySignature(token, key?.jwk ?? decoy, { ...rules, issuer })
  if (client === null) return guess('unknown client')
  if (key === undefined) return guess('unknown key')
  if (!verified.ok) return verified
  if (!client.enabled) return guess('disabled')
  return checkClaims(client, verified.payload, rules)
}

function keyFor(
  { keys }: SigningClientRow,
  { kid, alg }: Readonly<Record<string, unknown>>,
): SigningClientRow['keys'][number] | undefined {
  const [first, ...others] = kid === undefined ? keys : keys.filter(({ id }) => id === kid)
  return first !== undefined && others.length === 0 && first.jwk['alg'] === alg ? first : undefined
}

async function verifySignature(
  token: string,
  jwk: Readonly<Record<string, unknown>>,
  { audience, issuer, now }: AssertionRules & { readonly issuer: string },
): Promise<Extract<AssertionCheck, { ok: false }> | { readonly ok: true; readonly payload: JWTPayload }> {
  let key: CryptoKey
  try {
    key = await importKey(jwk)
    const { payload } = await jwtVerify(token, key, {
      algorithms: [String(jwk['alg'])],
      issuer,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti'],
      clockTolerance: leewaySeconds,
      currentDate: new Date(now),
    })
    if (
      payload.aud !== audience &&
      !(Array.isArray(payload.aud) && payload.aud.length === 1 && payload.aud[0] === audience)
    )
      return lapse('wrong audience', `The aud of the assertion must be ${audience} and nothing else.`)
    return { ok: true, payload }
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      return lapse('expired', 'The assertion has expired: make a new one.')
    if (error instanceof errors.JWTClaimValidationFailed)
      return lapse(`claim ${error.claim}`, `The claim ${error.claim} of the assertion is missing or wrong.`)
    if (error instanceof errors.JOSEError || error instanceof TypeError) return guess('wrong signature')
    throw error
  }
}

function checkClaims(
  { keys: _, ...client }: SigningClientRow,
  claims: JWTPayload,
  { now }: AssertionRules,
): AssertionCheck {
  const { sub, jti, iat, exp } = claims
  if (
    typeof sub !== 'string' ||
    typeof jti !== 'string' ||
    typeof iat !== 'number' ||
    typeof exp !== 'number'
  )
    return lapse('wrong claims', 'The assertion must have sub, jti, iat and exp.')
  if (jti === '' || jti.length > 256)
    return lapse('jti', 'The jti of the assertion must have 1 to 256 characters.')
  if (iat * 1000 > now + leewaySeconds * 1000)
    return lapse(
      'made in the future',
      'The assertion was made in the future: compare the clocks of the client and this server.',
    )
  if (exp - iat > maxLifeSeconds)
    return lapse('lifetime too long', `The assertion may be valid for ${maxLifeSeconds} seconds at most.`)
  return {
    ok: true,
    value: { client, subject: sub, id: jti, issuedAt: iat * 1000, expiresAt: exp * 1000, claims },
  }
}

/**
 * Public key for assertions of unknown clients. Verification with it fails, but takes as long as with the key
 * of an existing client, so the duration does not reveal which clients exist.
 */
const decoy = {
  kty: 'EC',
  crv: 'P-256',
  alg: 'ES256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
} as const

function guess(reason: string): Extract<AssertionCheck, { ok: false }> {
  return { ok: false, reason, message: null }
}

function lapse(reason: string, message: string): Extract<AssertionCheck, { ok: false }> {
  return { ok: false, reason, message }
}
