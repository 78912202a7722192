import type { ProviderContext, ProviderDefinition } from '../provider-definition.ts'
import { dpopAuth } from '../oauth2/dpop.ts'
import { oauthKeys } from '../oauth2/oauth-keys.ts'
import { openSession } from '../oauth2/oauth-session.ts'
import { readOAuthSettings, type OAuthSettings } from '../oauth2/oauth-settings.ts'
import type { AuthProvider } from '../auth-provider.ts'
import { tokenAuth } from '../token-auth.ts'
import { fixedTokenAuth } from './bearer.ts'

/**
 * Sends a token of an OAuth 2 authorization server: for a service (client credentials), for a user with a
 * token (RFC 8693, RFC 7523), or for a person (device, browser). `oauth4webapi` implements the protocol,
 * because it validates every response, has no dependencies, and runs on every platform.
 */
export const oauth2: ProviderDefinition = {
  keys: oauthKeys,
  open: async (properties, context) => {
    const prefix = `rest.auth.${context.type}.`
    return await oauthAuth(readOAuthSettings(properties, prefix), context)
  },
}

/** Creates a provider that obtains tokens as the settings specify, and sends them. */
export async function oauthAuth(settings: OAuthSettings, context: ProviderContext): Promise<AuthProvider> {
  if (settings.token !== undefined) return fixedTokenAuth(settings.token, context, `${settings.prefix}token`)
  const session = await openSession(settings, context)
  const { tokens, dpop, renewableBy } = session
  const provenance = { obtainedBy: settings.grant, renewableBy }
  const sender =
    dpop === undefined
      ? tokenAuth(tokens, { provenance, warn: context.warn })
      : dpopAuth(tokens, dpop, provenance)
  return {
    ...sender,
    // The provider asks a person to log in only when a request needs a token, not while a client connects.
    initialize: async (wait) => {
      if (settings.needsLogin) await session.loadMetadata(wait)
      else await tokens.get(wait)
    },
    [Symbol.asyncDispose]: async () => await session[Symbol.asyncDispose](),
  }
}
