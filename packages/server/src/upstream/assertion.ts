import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { SignJWT } from 'jose'
import { assertionIssuer, assertionKey, type AssertionKeyDeps } from '../keys/assertion-keys.ts'
import { type ProvenIdentity, qualifiedSubject } from '../proven-identity.ts'
import type { GroupAges } from '../store/policies.ts'
import { findSubject, isLoginUnique } from '../store/subjects.ts'
import type { IdentitySettings } from './identity.ts'

/** Dependencies of the function that mints assertions. */
export interface AssertionDeps extends AssertionKeyDeps {
  /** Public URL of the server, without trailing slash. */
  readonly publicUrl: string
  /** Maximum age of groups in tokens, in seconds, by issuer. */
  readonly groupAges: GroupAges
}

/** Lifetime of an assertion in ms. */
export const assertionLifeMs = 300_000
/** Time in seconds by which `iat` precedes the time of the server, for upstreams whose clock is behind. */
const leewaySeconds = 30
/**
 * Header `typ` of an assertion. It differs from the `typ` of this server's access tokens (`at+jwt`), so that neither is
 * accepted in place of the other.
 */
const type = 'JWT'

/** A token that names a user to the upstream of one warehouse, or to a service that issues credentials for it. */
export interface Assertion {
  readonly token: string
  /** Epoch ms. */
  readonly expiresAt: number
}

/**
 * Mints an assertion for a user. Claims: `iss` is the issuer of the warehouse, `aud` the configured audience, `sub` the
 * user, `name` its display name, `act.sub` the engine that acts for it, `groups` the names of its groups if they are
 * configured.
 *
 * @throws HeadgateError `forbidden` when the user has no login, or shares it, although the upstream needs it
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
 * Returns the login of a principal. Two principals with one login would be one user for the upstream, so such a login is
 * refused.
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
