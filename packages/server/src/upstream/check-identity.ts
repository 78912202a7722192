import { HeadgateError } from '@headgate/errors'
import { identityMode, type IdentityMode } from './identity.ts'
import type { UpstreamProfile } from './profile.ts'
import type { ProviderRules } from './property-rules.ts'

const none: ProviderRules = { none: { plain: [], secret: [] } }

/**
 * Rules for auth providers that exchange a token of the user for a credential of the same user. Properties
 * that would select another identity are not allowed: for example an access key, or one session name for all
 * users.
 */
const traders: ProviderRules = {
  oauth2: {
    plain: [
      'issuer-url',
      'token-endpoint',
      'client-id',
      'client-auth',
      'grant-type',
      'profile',
      'scope',
      'audience',
      'resource',
      'token-exchange.requested-token-type',
    ],
    secret: ['client-secret', 'credential'],
  },
  sigv4: {
    plain: [
      'region',
      'service',
      'role-arn',
      'role-duration-seconds',
      'sts-endpoint',
      'path-encoding',
      'payload',
      'payload-header',
    ],
    secret: [],
  },
  google: { plain: ['federation-audience', 'subject-token-type', 'scopes', 'user-project'], secret: [] },
}

/**
 * Properties that a warehouse may set for each auth provider, by identity mode (how requests identify users
 * to the upstream catalog).
 */
export const userRules: Readonly<Record<Exclude<IdentityMode, 'service'>, ProviderRules>> = {
  assert: { ...none, ...traders },
  exchange: traders,
  forward: none,
}

/**
 * Properties that an auth provider needs in order to use the identity of the user. Without them, the provider
 * would use another identity, or send no credentials.
 */
const required: Readonly<Record<string, readonly string[]>> = {
  google: ['federation-audience'],
  sigv4: ['region'],
}

const userGrants: readonly string[] = ['token-exchange', 'jwt-bearer']

/**
 * Checks the identity settings of an upstream catalog, and the properties of its auth provider that depend on them.
 *
 * @throws HeadgateError `bad-request` that names the setting
 */
export function checkIdentity({
  identity,
  auth = {},
  authRead,
  credentials,
}: Pick<UpstreamProfile, 'identity' | 'auth' | 'authRead' | 'credentials'>): void {
  if (identity === undefined) return
  const { audience, subject, groups } = identity
  const mode = identityMode({ identity })
  const type = auth['rest.auth.type'] ?? 'none'
  if ((mode === 'assert' || mode === 'forward') && audience === undefined)
    throw refused(
      `upstream.identity.audience is missing: the mode ${mode} needs the audience that the upstream requires of tokens.`,
    )
  if (mode === 'service' && audience !== undefined)
    throw refused('upstream.identity.audience has no effect with the mode service: remove it.')
  if (mode !== 'assert' && (subject !== undefined || groups !== undefined))
    throw refused(
      `upstream.identity.subject and groups have no effect with the mode ${mode}: only assert mints a JWT. Remove them.`,
    )
  if (mode === 'service') return
  if (credentials === 'relay' || credentials === 'pass')
    throw refused(
      `upstream.credentials is ${credentials}, which requests the credentials of a table once for all users: use own or none with the identity mode ${mode}.`,
    )
  if (authRead !== undefined)
    throw refused(
      `upstream.authRead has no effect with the mode ${mode}, in which the upstream decides with the rights of each user: remove it.`,
    )
  for (const name of required[type] ?? [])
    if (!(`rest.auth.${type}.${name}` in auth))
      throw refused(`upstream.auth.rest.auth.${type}.${name} is missing.`)
  const grant = auth['rest.auth.oauth2.grant-type']
  if (grant !== undefined && !userGrants.includes(grant))
    throw refused(
      `upstream.auth.rest.auth.oauth2.grant-type is ${grant}: the mode ${mode} allows ${userGrants.join(' and ')}, which issue a token for the user.`,
    )
}

function refused(message: string): HeadgateError {
  return new HeadgateError('bad-request', message)
}
