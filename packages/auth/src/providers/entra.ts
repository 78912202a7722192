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
import { tokenAuth } from '../token-auth.ts'
import { oauthAuth } from './oauth2.ts'
import { readTextFile } from '../needs-node.ts'

const PREFIX = 'rest.auth.entra.'
const STORAGE = 'https://storage.azure.com/.default'
const methods = ['auto', 'client-secret', 'certificate', 'workload-identity', 'managed-identity'] as const

const keys = {
  credential: byDefault(
    oneOf(
      `the kind of credential: ${methods.join(', ')}. Default: auto, which selects it by the properties and variables that are set`,
      methods,
    ),
    'auto',
  ),
  'tenant-id': text('the id or a domain of the tenant. Default: AZURE_TENANT_ID'),
  'client-id': text('the id of the application. Default: AZURE_CLIENT_ID'),
  'client-secret': secret('the secret of the application. Default: AZURE_CLIENT_SECRET'),
  'client-certificate-path': text(
    'the file with the certificate and the private key of the application, as PEM. Default: AZURE_CLIENT_CERTIFICATE_PATH',
  ),
  'federated-token-file': text(
    'the file with a token of another issuer that the application trusts. Default: AZURE_FEDERATED_TOKEN_FILE',
  ),
  'managed-identity-client-id': text('the client id of the identity, for a machine with several identities'),
  'managed-identity-object-id': text('the object id of the identity'),
  'managed-identity-resource-id': text('the resource id of the identity'),
  scopes: byDefault(list(`the scopes. Default: ${STORAGE}, which OneLake accepts`), [STORAGE]),
  'authority-host': url(
    'the address of Entra. Default: AZURE_AUTHORITY_HOST, or https://login.microsoftonline.com',
  ),
} satisfies PropertyKeys

type Values = PropertyValues<typeof keys>

/**
 * Sends a token of Microsoft Entra, for an application or a machine. People, and requests on behalf of them, use
 * `oauth2` with the profile `entra`. The requests are those of `@azure/identity` 4.14. This provider does not use the
 * SDK, because the SDK has 43 packages, needs Node, and does not state the identity of a session.
 */
export const entra: ProviderDefinition = defineProvider({
  keys,
  create: async (values, context) => {
    const method = values.credential === 'auto' ? chooseMethod(values, context.env) : values.credential
    return method === 'managed-identity'
      ? machineAuth(values, context)
      : await applicationAuth(method, values, context)
  },
})

/**
 * Chooses the kind of credential by the properties, or else by the environment variables that the tools of Azure set.
 */
function chooseMethod(values: Values, env: ProviderContext['env']): Exclude<Values['credential'], 'auto'> {
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

/** Creates the provider of an application: `oauth2` with the properties and the endpoint of Entra. */
async function applicationAuth(
  method: 'client-secret' | 'certificate' | 'workload-identity',
  values: Values,
  context: ProviderContext,
): Promise<AuthProvider> {
  const { env } = context
  const tenant = requireValue(values['tenant-id'] ?? env['AZURE_TENANT_ID'], 'tenant-id', 'AZURE_TENANT_ID')
  if (!/^[\w.-]{1,255}$/.test(tenant))
    throw wrongProperty(PREFIX, 'tenant-id', 'it must be the id or a domain of the tenant')
  const host = values['authority-host'] ?? env['AZURE_AUTHORITY_HOST'] ?? 'https://login.microsoftonline.com'
  endpointUrl(host, `${PREFIX}authority-host`)
  const oauth: Record<string, [string, string]> = {
    profile: ['entra', 'credential'],
    'token-endpoint': [`${host.replace(/\/+$/, '')}/${tenant}/oauth2/v2.0/token`, 'authority-host'],
    'client-id': [
      requireValue(values['client-id'] ?? env['AZURE_CLIENT_ID'], 'client-id', 'AZURE_CLIENT_ID'),
      'client-id',
    ],
    scope: [values.scopes.join(' '), 'scopes'],
  }
  if (method === 'client-secret') {
    const value = values['client-secret']?.reveal() ?? env['AZURE_CLIENT_SECRET']
    oauth['client-secret'] = [requireValue(value, 'client-secret', 'AZURE_CLIENT_SECRET'), 'client-secret']
  }
  if (method === 'workload-identity') {
    const value = values['federated-token-file'] ?? env['AZURE_FEDERATED_TOKEN_FILE']
    const name = 'federated-token-file'
    oauth['client-auth.assertion-file'] = [requireValue(value, name, 'AZURE_FEDERATED_TOKEN_FILE'), name]
  }
  if (method !== 'certificate')
    return await oauthAuth(readOAuthSettings(toOAuthProperties(oauth), PREFIX), context)
  const name = 'client-certificate-path'
  const variable = 'AZURE_CLIENT_CERTIFICATE_PATH'
  const path = requireValue(values[name] ?? env[variable], name, variable)
  const pem = await readTextFile(path, `${PREFIX}${name}`)
  oauth['client-auth.jwt.private-key'] = [pem, name]
  oauth['client-auth.jwt.algorithm'] = ['PS256', name]
  oauth['client-auth.jwt.token-lifespan'] = ['PT10M', name]
  const settings = readOAuthSettings(toOAuthProperties(oauth), PREFIX)
  const header = { typ: 'JWT', 'x5t#S256': await certificateThumbprint(pem, `${PREFIX}${name}`) }
  const { client } = settings
  return await oauthAuth({ ...settings, client: { ...client, jwt: { ...client.jwt, header } } }, context)
}

/** Creates the provider of a machine with a managed identity. */
function machineAuth(values: Values, context: ProviderContext): AuthProvider {
  const [scope = STORAGE, ...others] = values.scopes
  if (others.length > 0) throw wrongProperty(PREFIX, 'scopes', 'set only one scope for a managed identity')
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

/**
 * Converts values of `entra` properties to `oauth2` properties that keep the name of the `entra` property, so that
 * errors name the property that was configured.
 */
function toOAuthProperties(values: Readonly<Record<string, [string, string]>>): Map<string, GivenProperty> {
  return new Map(
    Object.entries(values).map(([name, [value, property]]) => [
      name,
      { value, writtenAs: `${PREFIX}${property}` },
    ]),
  )
}

function requireValue(value: string | undefined, name: string, variable: string): string {
  if (value) return value
  throw wrongProperty(PREFIX, name, `set this property or the variable ${variable}`)
}
