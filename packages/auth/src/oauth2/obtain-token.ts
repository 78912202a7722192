import type { Fetch, WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { GivenProperty } from '../properties/read-properties.ts'
import type { Token } from '../token.ts'
import { clientAuthenticator } from './client-auth.ts'
import { commonParameters } from './grant-parameters.ts'
import { openSession } from './oauth-session.ts'
import { readOAuthSettings, type OAuthSettings } from './oauth-settings.ts'

/** Options of {@link obtainToken}. */
export interface ObtainTokenOptions extends WaitOptions {
  /** Prefix of the names of properties in messages. Default: `rest.auth.oauth2.` */
  readonly prefix?: string
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** Returns the time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
}

const defaultPrefix = 'rest.auth.oauth2.'

/**
 * Obtains one token from an OAuth 2 authorization server, for servers that exchange the tokens of their callers (RFC 8693,
 * RFC 7523). It caches nothing: each call sends one token request, and one more for each nested configuration.
 *
 * @param properties the properties of `oauth2` without `rest.auth.oauth2.`. Set `token-endpoint`: without it, each call loads
 *   the metadata of the issuer
 * @throws {AuthError} refused, with the `error` of the issuer in {@link AuthError.error}; unavailable, malformed or
 *   configuration
 *
 * @example
 * ```ts
 * const { value, expiresAt } = await obtainToken({
 *   profile: 'keycloak',
 *   'token-endpoint': `${issuer}/token`,
 *   'client-id': 'headgate',
 *   'client-secret': 'secret',
 *   'token-exchange.subject-token': 'user-token',
 *   audience: 'lakehouse',
 * })
 * ```
 */
export async function obtainToken(
  properties: Readonly<Record<string, string>>,
  { prefix = defaultPrefix, fetch: send, now = Date.now, signal }: ObtainTokenOptions = {},
): Promise<Token> {
  const session = await openSession(readSettings(properties, prefix), {
    type: 'oauth2',
    uri: undefined,
    fetch: send ?? ((url, init) => fetch(url, init)),
    now,
    env: {},
    parent: undefined,
    prompts: undefined,
    defaultDelegate: 'none',
    warn: () => {},
    create: async () => {
      const fix = 'obtainToken cannot use the token of another provider: set the token itself, or a file'
      throw new AuthError('configuration', `${prefix}*-auth-type: ${fix}`, { property: prefix })
    },
  })
  try {
    return await session.tokens.get(signal === undefined ? {} : { signal })
  } finally {
    await session[Symbol.asyncDispose]()
  }
}

/**
 * Refuses properties of {@link obtainToken} that contradict each other. Sends no request.
 *
 * @throws {AuthError} configuration, with the property to change
 *
 * @example
 * ```ts
 * checkTokenProperties({ 'token-endpoint': `${issuer}/token`, 'client-id': 'headgate', 'client-secret': 'secret' })
 * ```
 */
export function checkTokenProperties(
  properties: Readonly<Record<string, string>>,
  prefix: string = defaultPrefix,
): void {
  checkSettings(readSettings(properties, prefix))
}

function readSettings(properties: Readonly<Record<string, string>>, prefix: string): OAuthSettings {
  const entries = Object.entries(properties).map(([name, value]): [string, GivenProperty] => [
    name,
    { value, writtenAs: `${prefix}${name}` },
  ])
  return readOAuthSettings(new Map(entries), prefix)
}

function checkSettings(settings: OAuthSettings): void {
  clientAuthenticator(settings, undefined)
  commonParameters(settings, settings.grant)
  for (const { nested } of [settings.subject, settings.actor, settings.assertion].filter(
    (input) => input !== undefined,
  ))
    if (nested !== undefined) checkSettings(nested)
}
