import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import { qualifiedSubject } from '../../proven-identity.ts'
import type { SigningKey } from '../../keys/ring-key.ts'
import type { StorageGrant } from '../storage-grant.ts'
import { durationFor } from './sts-duration.ts'
import { toSessionTags } from './sts-session.ts'

type StsProfile = Extract<VendingProfile, { readonly mode: 'sts' }>

/** Audience (`aud`) of web identity tokens that AWS and compatible token services expect. */
export const defaultAudience = 'sts.amazonaws.com'
/**
 * Header `typ` of the token. It differs from the `typ` of this server's access tokens (`at+jwt`), so that neither token
 * is accepted in place of the other.
 */
const type = 'JWT'
/** Lifetime in ms of a token that is used immediately. It tolerates clock differences of some minutes. */
const lifeMs = 300_000
const leewaySeconds = 30

/**
 * Mints a web identity that names the user to a security token service. The service trusts the token because this
 * server publishes its keys as an OpenID provider. No other party receives the token.
 *
 * The token is valid for some minutes. If the service derives the lifetime of a session from the token, it is valid for
 * the requested time.
 */
export async function mintUserToken(
  key: SigningKey,
  issuer: string,
  profile: StsProfile,
  grant: StorageGrant,
  expiresAt: number,
  nowMs: number,
): Promise<string> {
  const { tokenAudience = defaultAudience, tokenClaims = {}, sessionTags = false } = profile
  const { principal, actors } = grant.identity
  const [actor] = actors
  const left = expiresAt - nowMs
  const life = durationFor(left, true) === null ? left : lifeMs
  // AWS accepts only integer times.
  const now = Math.floor(nowMs / 1000)
  return new SignJWT({
    ...tokenClaims,
    ...(sessionTags ? { [tagsClaim]: toTags(grant) } : {}),
    iss: issuer,
    aud: tokenAudience,
    sub: qualifiedSubject(principal),
    name: principal.name,
    ...(actor === undefined ? {} : { act: { sub: qualifiedSubject(actor) } }),
    iat: now - leewaySeconds,
    exp: Math.floor((nowMs + life) / 1000),
    jti: randomUUID(),
  })
    .setProtectedHeader({ alg: 'ES256', typ: type, kid: key.id })
    .sign(key.privateKey)
}

/** Claim with session tags. Source: AWS, "Pass session tags using AssumeRoleWithWebIdentity". */
const tagsClaim = 'https://aws.amazon.com/tags'

function toTags(grant: StorageGrant): object {
  return {
    principal_tags: Object.fromEntries(toSessionTags(grant).map(([key, value]) => [key, [value]])),
  }
}
