import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { SignJWT } from 'jose'
import { assertionIssuer, assertionKey, type AssertionKeyDeps } from '../keys/assertion-keys.ts'
import { type ProvenIdentity, qualifiedSubject } from '../proven-identity.ts'
import type { GroupAges } from '../store/policies.ts'
import { findSubject, isLoginUnique } from '../store/subjects.ts'
import type { IdentitySettings } from './identity.ts'

/** Dependencies of `mintAssertion`, which creates JWTs for upstream catalogs. */
export interface AssertionDeps extends AssertionKeyDeps {
  /** Public URL of the server, without trailing slash. */
  readonly publicUrl: string
  /**
   * Time in seconds, by issuer, for which the groups in a user's token are used after the token was issued.
   */
  readonly groupAges: GroupAges
}

/** Lifetime of an assertion (a JWT that identifies a user to an upstream catalog), in ms. */
export const assertionLifeMs = 300_000
/**
 * Number of seconds by which the claim `iat` of an assertion is before the current time, so that upstream
 * catalogs whose clock is behind accept the assertion.
 */
const leewaySeconds = 30
/**
 * JWT header `typ` of an assertion. It differs from the `typ` of this server's access tokens (`at+jwt`), so
 * that no service accepts one kind of token in place of the other.
 */
const type = 'JWT'

/**
 * JWT that identifies a user to the upstream catalog of one warehouse, or to a service that issues
 * credentials for this catalog.
 */
export interface Assertion {
  readonly token: string
  /** Expiry of the token in epoch ms. */
  readonly expiresAt: number
}

/**
 * Creates a signed JWT for a user of an upstream catalog. Claims: `iss` is the issuer of the warehouse, `aud`
 * the configured audience, `sub` the subject or login of the user, `name` the user's display name, `act.sub`
 * the engine that acts for the user, and `groups` the names of the user's groups if the warehouse is
 * configured to send them.
 *
 * @throws HeadgateError `forbidden` when the upstream catalog identifies users by login, and the user has no
 *   login or shares it with another principal
 */
export async function mintAssertion(
  deps: AssertionDeps,
  warehouse: { readonly id: string; readonly name: string },
  settings: Pick<IdentitySettings, 'audience' | 'subject' | 'groups'>,
  identity: Pick<ProvenIdentity, 'principal' | 'actors'>,
): Promise<Assertion> {
  const { principal, actors } = identity
  const [actor] = actors
  const key = await assertionKey(deps, warehouse.id)
  const isDescribed = settings.groups === true || settings.subject === 'login'
  const described = isDescribed ? await findSubject(deps.sql, principal.id, deps.groupAges) : null
  const sub =
    settings.subject === 'login'
      ? await toLogin(deps, warehouse.name, principal, described?.login ?? null)
      : qualifiedSubject(principal)
  const now = Date.now()
  const expiresAt = Math.floor((now + assertionLifeMs) / 1000)
  const token = await new SignJWT({
    iss: assertionIssuer(deps.publicUrl, warehouse.id),
    aud: settings.audience ?? '',
    sub,
    name: principal.name.slice(0, 256),
    ...(actor === undefined ? {} : { act: { sub: qualifiedSubject(actor) } }),
    ...(settings.groups === true ? { groups: described?.groups ?? [] } : {}),
    iat: Math.floor(now / 1000) - leewaySeconds,
    exp: expiresAt,
    jti: randomUUID(),
  })
    .setProtectedHeader({ alg: 'ES256', typ: type, kid: key.id })
    .sign(key.privateKey)
  return { token, expiresAt: expiresAt * 1000 }
}

/**
 * Returns the login name of a principal. Refuses a login that several principals have, because the upstream
 * catalog would treat them as one user.
 */
async function toLogin(
  { sql }: Pick<AssertionDeps, 'sql'>,
  warehouse: string,
  principal: ProvenIdentity['principal'],
  login: string | null,
): Promise<string> {
  const name = login ?? (qualifiedSubject(principal) === principal.subject ? principal.subject : null)
  if (name === null)
    throw new HeadgateError(
      'forbidden',
      `The upstream of warehouse ${warehouse} needs the login of its users, and the issuer of ${principal.name} sends none: an administrator can configure the claim of the login, or set upstream.identity.subject to subject.`,
    )
  if (!(await isLoginUnique(sql, principal.id, name)))
    throw new HeadgateError(
      'forbidden',
      `The upstream of warehouse ${warehouse} needs the login of its users, and several principals have the login ${name}: an administrator can set upstream.identity.subject to subject.`,
    )
  return name
}
