import { HeadgateError } from '@headgate/errors'
import type { EndpointGuard } from '@headgate/storage'
import type { UpstreamSecrets } from '../catalog/upstream-secret.ts'
import { checkHeaders } from './check-headers.ts'
import { checkIdentity, userRules } from './check-identity.ts'
import { identityMode, type IdentityMode } from './identity.ts'
import type { UpstreamProfile } from './profile.ts'
import type { ProviderRules } from './property-rules.ts'

/**
 * Properties that a warehouse may set for each auth provider of its upstream catalog. Other providers and
 * properties are refused.
 */
const allowed: ProviderRules = {
  none: { plain: [], secret: [] },
  bearer: { plain: [], secret: ['token'] },
  basic: { plain: ['username'], secret: ['password'] },
  oauth2: {
    plain: ['issuer-url', 'token-endpoint', 'client-id', 'client-auth', 'scope', 'audience', 'resource'],
    secret: ['client-secret', 'credential'],
  },
  'iceberg-legacy': {
    plain: ['token-endpoint', 'scope', 'audience', 'resource'],
    secret: ['credential', 'token'],
  },
  sigv4: {
    plain: [
      'region',
      'service',
      'access-key-id',
      'role-arn',
      'role-session-name',
      'role-external-id',
      'role-duration-seconds',
      'sts-endpoint',
      'path-encoding',
      'payload',
      'payload-header',
    ],
    secret: ['secret-access-key', 'session-token'],
  },
}

/** Properties whose values are URLs to which the server sends requests. */
const endpoints: ReadonlySet<string> = new Set(['issuer-url', 'token-endpoint', 'sts-endpoint'])

const typeProperty = 'rest.auth.type'

/**
 * Checks the settings of an upstream catalog in a management request. The auth provider and its properties
 * must be in an allow-list, so that no setting can read a file, run a program, load a package or use the
 * identity of the machine. The address of each endpoint must be allowed too.
 *
 * @param mayUseLoopback whether endpoints on the loopback interface are allowed: true when the caller
 *   administers the server
 * @throws HeadgateError `bad-request` that names the property, `forbidden` that names the endpoint
 */
export async function checkUpstream(
  profile: UpstreamProfile,
  secrets: UpstreamSecrets,
  guard: EndpointGuard,
  options: { readonly mayUseLoopback: boolean },
): Promise<void> {
  checkUrl('upstream.uri', profile.uri)
  await guard.check('upstream.uri', profile.uri, options)
  checkHeaders(profile.headers ?? {})
  const { auth = {}, authRead = {} } = profile
  checkIdentity(profile)
  const mode = identityMode(profile)
  await checkAuth({ field: 'auth', secretField: 'secrets', mode }, auth, secrets.auth, guard, options)
  if (Object.keys(authRead).length > 0 || Object.keys(secrets.authRead).length > 0)
    await checkAuth(
      { field: 'authRead', secretField: 'secretsRead', mode },
      authRead,
      secrets.authRead,
      guard,
      options,
    )
}

async function checkAuth(
  {
    field,
    secretField,
    mode,
  }: { readonly field: string; readonly secretField: string; readonly mode: IdentityMode },
  auth: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
  guard: EndpointGuard,
  options: { readonly mayUseLoopback: boolean },
): Promise<void> {
  const type = auth[typeProperty] ?? 'none'
  const table = mode === 'service' ? allowed : userRules[mode]
  const rules = Object.hasOwn(table, type) ? table[type] : undefined
  if (rules === undefined)
    throw refused(
      `upstream.${field}.${typeProperty} is ${type}: use one of ${Object.keys(table).join(', ')}${mode === 'service' ? '' : ` with the identity mode ${mode}`}.`,
    )
  const prefix = `rest.auth.${type}.`
  for (const [name, value] of Object.entries(auth)) {
    if (name === typeProperty) continue
    const own = name.startsWith(prefix) ? name.slice(prefix.length) : name
    if (name.startsWith(prefix) && rules.secret.includes(own))
      throw refused(`upstream.${field}.${name} is a secret: move it to upstream.${secretField}.`)
    if (!name.startsWith(prefix) || !rules.plain.includes(own))
      throw refused(`upstream.${field}.${name} is not allowed: ${describe(type, rules.plain)}`)
    if (!endpoints.has(own)) continue
    checkUrl(`upstream.${field}.${name}`, value)
    await guard.check(`upstream.${field}.${name}`, value, options)
  }
  for (const name of Object.keys(secrets))
    if (!name.startsWith(prefix) || !rules.secret.includes(name.slice(prefix.length)))
      throw refused(`upstream.${secretField}.${name} is not allowed: ${describe(type, rules.secret)}`)
  const region = auth['rest.auth.sigv4.region'] ?? ''
  // The region is a part of the host name of the token service.
  if (!/^[a-z0-9-]*$/.test(region))
    throw refused(
      `upstream.${field}.rest.auth.sigv4.region must consist of lower-case letters, digits and hyphens.`,
    )
  if (mode === 'service' && type === 'sigv4' && !('rest.auth.sigv4.access-key-id' in auth))
    throw refused(
      `upstream.${field}.rest.auth.sigv4.access-key-id is missing: warehouses may not use the keys of the machine.`,
    )
}

function describe(type: string, names: readonly string[]): string {
  if (names.length === 0) return `the provider ${type} has no such property.`
  return `the provider ${type} allows ${names.map((name) => `rest.auth.${type}.${name}`).join(', ')}.`
}

function checkUrl(field: string, value: string): void {
  const url = URL.parse(value)
  if (
    url === null ||
    // URL parsers ignore white space and control characters, but other parsers do not.
    /[\s\p{Cc}\\]/u.test(value) ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  )
    throw refused(
      `${field} must be a URL like https://catalog.example.com/iceberg, without user and password.`,
    )
  if (url.search !== '' || url.hash !== '' || /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(url.pathname))
    throw refused(`${field} must have no query, no fragment and no segments . and ..`)
}

function refused(message: string): HeadgateError {
  return new HeadgateError('bad-request', message)
}
