import type { ProviderContext, ProviderDefinition } from '../provider-definition.ts'
import { dpopAuth } from '../oauth2/dpop.ts'
import { oauthKeys } from '../oauth2/oauth-keys.ts'
import { openSession } from '../oauth2/oauth-session.ts'
import { readOAuthSettings, type OAuthSettings } from '../oauth2/oauth-settings.ts'
import type { AuthProvider } from '../auth-provider.ts'
import { tokenAuth } from '../token-auth.ts'
import { fixedToken } from './bearer.ts'

/**
 * Tokens of an OAuth 2 authorization server: for a service (client credentials), for a user whose token is there
 * (RFC 8693, RFC 7523), for a person (device, browser). The protocol is that of `oauth4webapi` by Filip Skokan, who
 * also keeps `jose` and `oidc-provider`: no dependencies, every answer validated, runs everywhere.
 */
export const oauth2: ProviderDefinition = {
  keys: oauthKeys,
  open: async (given, context) => {
    const prefix = `rest.auth.${context.type}.`
    return await oauthAuth(readOAuthSettings(given, prefix), context)
  },
}

/** A provider with the tokens of a configuration. */
export async function oauthAuth(settings: OAuthSettings, context: ProviderContext): Promise<AuthProvider> {
  if (settings.token !== undefined) return fixedToken(settings.token, context, `${settings.prefix}token`)
  const session = await openSession(settings, context)
  const { tokens, dpop, renewableBy } = session
  const provenance = { obtainedBy: settings.grant, renewableBy }
  const sending =
    dpop === undefined
      ? tokenAuth(tokens, { provenance, warn: context.warn })
      : dpopAuth(tokens, dpop, provenance)
  return {
    ...sending,
    // A person is asked when there is something to do, not while a client connects.
    initialize: async (wait) => {
      if (settings.asksPeople) await session.reach(wait)
      else await tokens.get(wait)
    },
    [Symbol.asyncDispose]: async () => await session[Symbol.asyncDispose](),
  }
}
