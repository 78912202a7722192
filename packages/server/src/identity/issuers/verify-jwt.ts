import { HeadgateError } from '@headgate/errors'
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose'
import type { ExternalRefusal } from '../external.ts'
import { IssuerUnreachable } from './fetch-json.ts'
import type { Issuer } from './issuer.ts'

export type JwtCheck =
  | { readonly ok: true; readonly payload: JWTPayload }
  | { readonly ok: false; readonly reason: ExternalRefusal; readonly message: string }

export interface JwtRules {
  readonly issuer: Pick<Issuer, 'issuer' | 'algorithms' | 'leewayMs'>
  readonly key: JWTVerifyGetKey
  /** Accepted audiences. The token must contain one of them. */
  readonly audiences: readonly string[]
  readonly now: number
}

/**
 * Verifies the signature, issuer, audience and times of a JWT that another issuer signed.
 *
 * @throws HeadgateError `unavailable` when the keys of the issuer cannot be loaded
 */
export async function verifyJwt(token: string, { issuer, key, audiences, now }: JwtRules): Promise<JwtCheck> {
  try {
    const { payload } = await jwtVerify(token, key, {
      issuer: issuer.issuer,
      audience: [...audiences],
      algorithms: [...issuer.algorithms],
      requiredClaims: ['iat', 'exp'],
      clockTolerance: issuer.leewayMs / 1000,
      currentDate: new Date(now),
    })
    // Without a maximum age, jose accepts an iat in the future. This server computes ages from iat, so it
    // refuses such a token.
    if (typeof payload.iat === 'number' && payload.iat * 1000 > now + issuer.leewayMs)
      return refused('not yet valid', 'The token was issued in the future: compare the clocks.')
    return { ok: true, payload }
  } catch (error) {
    return toRefusal(error, audiences)
  }
}

function toRefusal(error: unknown, audiences: readonly string[]): JwtCheck {
  if (error instanceof errors.JWTExpired)
    return refused('expired', 'The token has expired: get a new one from its issuer.')
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error.claim, audiences)
  if (error instanceof errors.JOSEAlgNotAllowed)
    return refused(
      'wrong algorithm',
      'The token is signed with an algorithm that is not allowed for its issuer: see algorithms in HEADGATE_ISSUERS.',
    )
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return refused('unknown key', 'The issuer of the token does not publish the key that signed it.')
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refused('wrong signature', 'The signature of the token does not match the key of its issuer.')
  if (isUnreachable(error))
    throw new HeadgateError(
      'unavailable',
      'The keys of the issuer of the token cannot be loaded now. Try again in a moment.',
      {
        cause: error,
        retryAfterSeconds: 2,
      },
    )
  // Web Crypto throws a DOMException if the members of a JWK are not a valid key, such as a point that is not on its
  // curve.
  if (error instanceof DOMException)
    return refused(
      'unknown key',
      'The key that the issuer publishes for the token is not a valid public key.',
    )
  if (error instanceof errors.JOSEError || error instanceof TypeError)
    return refused('malformed', 'The token is not a valid JWT of its issuer.')
  throw error
}

function claimRefusal(claim: string, audiences: readonly string[]): JwtCheck {
  switch (claim) {
    case 'aud':
      return refused('wrong audience', `The aud of the token must contain ${audiences.join(' or ')}.`)
    case 'nbf':
      return refused('not yet valid', 'The token is not valid yet: compare the clocks.')
    default:
      return refused('wrong claims', `The claim ${claim} of the token is missing or wrong.`)
  }
}

/**
 * Returns whether the key set could not be loaded: the error comes from jose, or from the request of this
 * server.
 */
function isUnreachable(error: unknown): boolean {
  if (
    error instanceof IssuerUnreachable ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid
  )
    return true
  return error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC'
}

function refused(reason: ExternalRefusal, message: string): JwtCheck {
  return { ok: false, reason, message }
}
