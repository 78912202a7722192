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
 * The token dialect of Iceberg's clients before 2.0, which some catalogs still speak: it is OAuth 2 in its names, but
 * proves no client when it exchanges tokens. Identity providers want `oauth2` instead.
 */
export const icebergLegacy: ProviderDefinition = defineProvider({
  keys: {
    credential: secret('id and secret with a colon between, or a secret alone'),
    token: secret('a token to begin with; it is exchanged for a new one before its end'),
    'subject-token': secret('the token of a user, exchanged with that of the outer session as actor'),
    'subject-token-type': byDefault(
      text('its type. Default: JWT, as Iceberg for Java has it for users'),
      tokenTypes.jwt,
    ),
    'token-endpoint': text('where tokens are asked for. Default: v1/oauth/tokens of the catalog'),
    scope: byDefault(text('the scope. Default: catalog'), 'catalog'),
    audience: text('for whom the token is'),
    resource: text('for what the token is'),
    'token-expires-in-ms': byDefault(
      integer('the life of tokens that do not say. Default: 3600000', 1_000, 1e12),
      3_600_000,
    ),
    'token-refresh-enabled': byDefault(flag('whether tokens are renewed. Default: true'), true),
    'token-exchange-enabled': byDefault(
      flag('whether renewal is an exchange. Default: true; false asks with the credential again'),
      true,
    ),
  },
  create: (values, context) => {
    const { credential, token, 'subject-token': subject } = values
    if (credential === undefined && token === undefined && subject === undefined) {
      const property = `${PREFIX}credential`
      throw new AuthError('configuration', `Set ${property}, or ${PREFIX}token`, { property })
    }
    if (subject !== undefined && token !== undefined) {
      const property = `${PREFIX}subject-token`
      throw new AuthError('configuration', `${property}: set it or ${PREFIX}token`, { property })
    }
    const tokens = legacyTokens(
      {
        endpoint: endpointOf(values['token-endpoint'], context),
        prefix: PREFIX,
        ...splitCredential(credential),
        token,
        subject:
          subject === undefined
            ? undefined
            : { value: subject, type: values['subject-token-type'], actor: actorOf(context) },
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

/** Split at the first colon; a secret alone has no id, not even on the wire. */
function splitCredential(credential: Secret | undefined): {
  clientId: string | undefined
  clientSecret: Secret | undefined
} {
  const text = credential?.reveal()
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon === -1) return { clientId: undefined, clientSecret: credential }
  return { clientId: text.slice(0, colon), clientSecret: new Secret(text.slice(colon + 1)) }
}

function endpointOf(given: string | undefined, { uri, warn }: ProviderContext): string {
  if (given === undefined) {
    warn(
      'Tokens are asked for at v1/oauth/tokens of the catalog, which Iceberg is about to give up: set oauth2-server-uri',
    )
  }
  return endpointUrl(given ?? 'v1/oauth/tokens', `${PREFIX}token-endpoint`, uri).href
}

function actorOf({ parent }: ProviderContext): NonNullable<NonNullable<typeof parent>['token']> {
  const token = parent?.token
  if (parent !== undefined && token !== undefined) return async (wait) => await token.call(parent, wait)
  const property = `${PREFIX}subject-token`
  const fix = 'its token is the actor; give it as parent when this one is made'
  throw new AuthError('configuration', `${property} needs a session that this one belongs to: ${fix}`, {
    property,
  })
}
