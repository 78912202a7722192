import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { VendingProfile } from '../../catalog/vending-profile.ts'
import type { Principal } from '../../proven-identity.ts'
import type { SigningKey } from '../../keys/ring-key.ts'
import { ownIssuer } from '../../store/principals.ts'
import type { StorageGrant } from '../storage-grant.ts'
import { durationFor } from './sts-duration.ts'
import { sessionTagsOf } from './sts-session.ts'

type StsProfile = Extract<VendingProfile, { readonly mode: 'sts' }>

/** Audience that AWS and compatible services expect. */
export const defaultAudience = 'sts.amazonaws.com'
/** Differs from the type of this server's session tokens (`at+jwt`), so that neither passes for the other. */
const type = 'JWT'
/** Lifetime of a token that is used at once. Some minutes allow for clocks that differ. */
const lifeMs = 300_000
const leewaySeconds = 30

/**
 * Mints a web identity that names the user to a security token service. The service trusts it because this server publishes
 * its keys as an OpenID provider. No other party receives it.
 *
 * It lives for minutes, or for the requested time where the service derives the lifetime of a session from it.
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
  // AWS accepts only integers.
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
 * Returns the name by which a role of the store trusts a principal: the subject for principals of this server, as in its
 * own tokens, and subject and issuer for principals of another issuer. Neither issuers nor names of this server contain `#`.
 */
function subjectOf({ issuer, subject }: Principal): string {
  return issuer === ownIssuer ? subject : `${issuer}#${subject}`
}
