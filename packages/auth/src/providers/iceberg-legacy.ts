import { AuthError } from '../auth-error.ts'
import { endpointUrl } from '../oauth2/endpoint-url.ts'
import { legacyTokens } from '../oauth2/legacy-tokens.ts'
import { byDefault, flag, integer, secret, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderContext, type ProviderDefinition } from '../provider-definition.ts'
import { Secret } from '../secret.ts'
import { tokenAuth } from '../token-auth.ts'
import { tokenTypes } from '../token.ts'

const PREFIX = 'rest.auth.iceberg-legacy.'

/**
 * Sends a token that was requested with the protocol of Iceberg's clients before 2.0, which some catalogs
 * require. It uses the names of OAuth 2, but does not authenticate the client in a token exchange. Identity
 * providers need `oauth2` instead.
 */
export const icebergLegacy: ProviderDefinition = defineProvider({
  keys: {
    credential: secret('the client id and the secret, separated by a colon, or only the secret'),
    token: secret('the first token; it is exchanged for a new one before its end'),
    'subject-token': secret(
      'the token of a user; it is exchanged with the token of the parent session as actor',
    ),
    'subject-token-type': byDefault(
      text('the type of the token of the user. Default: JWT, as in Iceberg for Java'),
      tokenTypes.jwt,
    ),
    'token-endpoint': text('the token endpoint. Default: v1/oauth/tokens of the catalog'),
    scope: byDefault(text('the scope. Default: catalog'), 'catalog'),
    audience: text('the audience of the token'),
    resource: text('the resource that the token is for'),
    'token-expires-in-ms': byDefault(
      integer('the lifetime of tokens without an expiry, in ms. Default: 3600000', 1_000, 1e12),
      3_600_000,
    ),
    'token-refresh-enabled': byDefault(flag('whether tokens are renewed. Default: true'), true),
    'token-exchange-enabled': byDefault(
      flag(
        'whether tokens are renewed by an exchange. Default: true; false requests new tokens with the credential',
      ),
      true,
    ),
  },
  create: (values, context) => {
    const { credential, token, 'subject-token': subject } = values
    if (credential === undefined && token === undefined && subject === undefined) {
      const property = `${PREFIX}credential`
      throw new AuthError(
        'configuration',
        `Set at least one of ${property}, ${PREFIX}token and ${PREFIX}subject-token`,
        { property },
      )
    }
    if (subject !== undefined && token !== undefined) {
      const property = `${PREFIX}subject-token`
      throw new AuthError('configuration', `Set only one of ${property} and ${PREFIX}token`, { property })
    }
    const tokens = legacyTokens(
      {
        endpoint: resolveEndpoint(values['token-endpoint'], context),
        prefix: PREFIX,
        ...splitCredential(credential),
        token,
        subject:
          subject === undefined
            ? undefined
            : { value: subject, type: values['subject-token-type'], actor: findActor(context) },
        scope: values.scope,
        audience: values.audience,
        resource: values.resource,
        lifespanMs: values['token-expires-in-ms'],
        renew: values['token-refresh-enabled'],
        exchange: values['token-exchange-enabled'],
      },
      context,
    )
    return tokenAuth(tokens)
  },
})

/**
 * Splits a credential at its first colon. A credential without a colon is a secret, which is sent without a
 * client id.
 */
function splitCredential(credential: Secret | undefined): {
  clientId: string | undefined
  clientSecret: Secret | undefined
} {
  const text = credential?.reveal()
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon === -1) return { clientId: undefined, clientSecret: credential }
  return { clientId: text.slice(0, colon), clientSecret: new Secret(text.slice(colon + 1)) }
}

function resolveEndpoint(configured: string | undefined, { uri, warn }: ProviderContext): string {
  if (configured === undefined) {
    warn(
      'Tokens are requested from v1/oauth/tokens of the catalog, an endpoint that Iceberg has deprecated for removal: set oauth2-server-uri',
    )
  }
  return endpointUrl(configured ?? 'v1/oauth/tokens', `${PREFIX}token-endpoint`, uri).href
}

/** Returns the source of the actor token, which is the token of the parent session. */
function findActor({ parent }: ProviderContext): NonNullable<NonNullable<typeof parent>['token']> {
  const token = parent?.token
  if (parent !== undefined && token !== undefined) return async (wait) => await token.call(parent, wait)
  const property = `${PREFIX}subject-token`
  throw new AuthError(
    'configuration',
    `${property} needs a parent session, whose token is the actor: pass it as parent when the provider is created`,
    { property },
  )
}
