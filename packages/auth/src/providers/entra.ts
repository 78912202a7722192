import type { AuthProvider } from '../auth-provider.ts'
import { certificateThumbprint } from '../azure/certificate.ts'
import { managedIdentity } from '../azure/managed-identity.ts'
import { memoize } from '../memoize.ts'
import { endpointUrl } from '../oauth2/endpoint-url.ts'
import { readOAuthSettings } from '../oauth2/oauth-settings.ts'
import { byDefault, list, oneOf, secret, text, url } from '../properties/property-kinds.ts'
import type { GivenProperty, PropertyKeys, PropertyValues } from '../properties/read-properties.ts'
import { wrongProperty } from '../properties/wrong-property.ts'
import { keepIdentity } from '../provenance.ts'
import { defineProvider, type ProviderContext, type ProviderDefinition } from '../provider-definition.ts'
import type { Secret } from '../secret.ts'
import { tokenAuth } from '../token-auth.ts'
import { oauthAuth } from './oauth2.ts'
import { readTextFile } from '../needs-node.ts'

const PREFIX = 'rest.auth.entra.'
const STORAGE = 'https://storage.azure.com/.default'
const ways = ['auto', 'client-secret', 'certificate', 'workload-identity', 'managed-identity'] as const

const keys = {
  credential: byDefault(
    oneOf(`what proves who it is: ${ways.join(', ')}. Default: auto, by what is set`, ways),
    'auto',
  ),
  'tenant-id': text('the tenant. Default: AZURE_TENANT_ID'),
  'client-id': text('the application. Default: AZURE_CLIENT_ID'),
  'client-secret': secret('its secret. Default: AZURE_CLIENT_SECRET'),
  'client-certificate-path': text(
    'a file with its certificate and private key, as PEM. Default: AZURE_CLIENT_CERTIFICATE_PATH',
  ),
  'federated-token-file': text('a file with a token that it trusts. Default: AZURE_FEDERATED_TOKEN_FILE'),
  'managed-identity-client-id': text('which identity of the machine, when it has several'),
  'managed-identity-object-id': text('the same by object id'),
  'managed-identity-resource-id': text('the same by resource id'),
  scopes: byDefault(list(`for what. Default: ${STORAGE}, which OneLake takes`), [STORAGE]),
  'authority-host': url(
    'where Entra is. Default: AZURE_AUTHORITY_HOST, or https://login.microsoftonline.com',
  ),
} satisfies PropertyKeys

type Values = PropertyValues<typeof keys>

/**
 * Tokens of Microsoft Entra. The requests are ours, as `@azure/identity` 4.14 sends them: three of the four are
 * `oauth2` with other names, and the SDK has 52 MB and 43 packages, needs Node, and keeps to itself who a session is.
 * For people and for acting on behalf of them: `oauth2` with the profile `entra`.
 */
export const entra: ProviderDefinition = defineProvider({
  keys,
  create: async (values, context) => {
    const way = values.credential === 'auto' ? chosen(values, context.env) : values.credential
    return way === 'managed-identity' ? ofMachine(values, context) : await ofApplication(way, values, context)
  },
})

/** By the configuration, or else by the environment, as Azure's tools set it. */
function chosen(values: Values, env: ProviderContext['env']): Exclude<Values['credential'], 'auto'> {
  if (values['client-secret'] !== undefined) return 'client-secret'
  if (values['client-certificate-path'] !== undefined) return 'certificate'
  if (values['federated-token-file'] !== undefined) return 'workload-identity'
  const machine = [
    'managed-identity-client-id',
    'managed-identity-object-id',
    'managed-identity-resource-id',
  ] as const
  if (machine.some((name) => values[name] !== undefined)) return 'managed-identity'
  if (env['AZURE_CLIENT_SECRET']) return 'client-secret'
  if (env['AZURE_CLIENT_CERTIFICATE_PATH']) return 'certificate'
  return env['AZURE_FEDERATED_TOKEN_FILE'] ? 'workload-identity' : 'managed-identity'
}

/** An application: `oauth2` with the names and the endpoint of Entra. */
async function ofApplication(
  way: 'client-secret' | 'certificate' | 'workload-identity',
  values: Values,
  context: ProviderContext,
): Promise<AuthProvider> {
  const { env } = context
  const tenant = needed(values['tenant-id'] ?? env['AZURE_TENANT_ID'], 'tenant-id', 'AZURE_TENANT_ID')
  if (!/^[\w.-]{1,255}$/.test(tenant))
    throw wrongProperty(PREFIX, 'tenant-id', 'it must be the id or a domain of the tenant')
  const host = values['authority-host'] ?? env['AZURE_AUTHORITY_HOST'] ?? 'https://login.microsoftonline.com'
  endpointUrl(host, `${PREFIX}authority-host`)
  const given: Record<string, [string, string]> = {
    profile: ['entra', 'credential'],
    'token-endpoint': [`${host.replace(/\/+$/, '')}/${tenant}/oauth2/v2.0/token`, 'authority-host'],
    'client-id': [
      needed(values['client-id'] ?? env['AZURE_CLIENT_ID'], 'client-id', 'AZURE_CLIENT_ID'),
      'client-id',
    ],
    scope: [values.scopes.join(' '), 'scopes'],
  }
  if (way === 'client-secret') {
    const value = textOf(values['client-secret']) ?? env['AZURE_CLIENT_SECRET']
    given['client-secret'] = [needed(value, 'client-secret', 'AZURE_CLIENT_SECRET'), 'client-secret']
  }
  if (way === 'workload-identity') {
    const value = values['federated-token-file'] ?? env['AZURE_FEDERATED_TOKEN_FILE']
    const name = 'federated-token-file'
    given['client-auth.assertion-file'] = [needed(value, name, 'AZURE_FEDERATED_TOKEN_FILE'), name]
  }
  if (way !== 'certificate') return await oauthAuth(readOAuthSettings(written(given), PREFIX), context)
  const name = 'client-certificate-path'
  const variable = 'AZURE_CLIENT_CERTIFICATE_PATH'
  const path = needed(values[name] ?? env[variable], name, variable)
  const pem = await readTextFile(path, `${PREFIX}${name}`)
  given['client-auth.jwt.private-key'] = [pem, name]
  given['client-auth.jwt.algorithm'] = ['PS256', name]
  given['client-auth.jwt.token-lifespan'] = ['PT10M', name]
  const settings = readOAuthSettings(written(given), PREFIX)
  const header = { typ: 'JWT', 'x5t#S256': await certificateThumbprint(pem, `${PREFIX}${name}`) }
  const { client } = settings
  return await oauthAuth({ ...settings, client: { ...client, jwt: { ...client.jwt, header } } }, context)
}

function ofMachine(values: Values, context: ProviderContext): AuthProvider {
  const [scope = STORAGE, ...others] = values.scopes
  if (others.length > 0)
    throw wrongProperty(PREFIX, 'scopes', 'a managed identity gives tokens for one target at a time')
  const which = {
    clientId: values['managed-identity-client-id'],
    objectId: values['managed-identity-object-id'],
    resourceId: values['managed-identity-resource-id'],
  }
  const tokens = memoize(managedIdentity(scope.replace(/\/\.default$/, ''), which, context), {
    expiresAt: ({ expiresAt }) => expiresAt,
    accept: (before, next) => keepIdentity(before.provenance, next.provenance),
    now: context.now,
  })
  return tokenAuth(tokens, {
    provenance: { obtainedBy: 'managed-identity', renewableBy: ['managed-identity'] },
  })
}

/** Properties of `oauth2`, by the names under which they were written here. */
function written(given: Readonly<Record<string, [string, string]>>): Map<string, GivenProperty> {
  return new Map(
    Object.entries(given).map(([name, [value, own]]) => [name, { value, writtenAs: `${PREFIX}${own}` }]),
  )
}

function textOf(secret: Secret | undefined): string | undefined {
  return secret?.reveal()
}

function needed(value: string | undefined, name: string, variable: string): string {
  if (value) return value
  throw wrongProperty(PREFIX, name, `set it, or the variable ${variable}`)
}
