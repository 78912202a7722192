import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import type { Principal } from '../../identity/identity.ts'
import type { SigningKey } from '../../keys/ring-key.ts'
import { ownIssuer } from '../../store/principals.ts'
import type { StorageGrant } from '../storage-grant.ts'
import { durationFor } from './sts-duration.ts'
import { sessionTagsOf } from './sts-session.ts'

type StsProfile = Extract<VendingProfile, { readonly mode: 'sts' }>

/** The audience that AWS and its like expect. */
export const defaultAudience = 'sts.amazonaws.com'
/** Never that of a session token of ours (`at+jwt`): one must not pass for the other. */
const type = 'JWT'
/** It is used at once. Some minutes are for clocks that differ. */
const lifeMs = 300_000
const leewaySeconds = 30

/**
 * Makes a web identity that says to a security token service whom storage access is for. The service trusts it because
 * this server publishes its keys as an OpenID provider; nobody else sees it.
 *
 * It lives for minutes, and for as long as is asked for where the service takes the life of a session from it.
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
  // AWS takes whole numbers only.
  const now = Math.floor(nowMs / 1000)
  return new SignJWT({
    ...tokenClaims,
    ...(sessionTags ? { [tagsClaim]: tagsOf(grant) } : {}),
    iss: issuer,
    aud: tokenAudience,
    sub: subjectOf(principal),
    name: principal.name,
    ...(actor === undefined ? {} : { act: { sub: subjectOf(actor) } }),
    iat: now - leewaySeconds,
    exp: Math.floor((nowMs + life) / 1000),
    jti: randomUUID(),
  })
    .setProtectedHeader({ alg: 'ES256', typ: type, kid: key.id })
    .sign(key.privateKey)
}

/** AWS: "Pass session tags using AssumeRoleWithWebIdentity". */
const tagsClaim = 'https://aws.amazon.com/tags'

function tagsOf(grant: StorageGrant): object {
  return {
    principal_tags: Object.fromEntries(sessionTagsOf(grant).map(([key, value]) => [key, [value]])),
  }
}

/**
 * What a role of the store names to trust a principal: one of ours as in our own tokens, one of another issuer together
 * with that issuer, which has no `#` in it. Names of ours have none either.
 */
function subjectOf({ issuer, subject }: Principal): string {
  return issuer === ownIssuer ? subject : `${issuer}#${subject}`
}
