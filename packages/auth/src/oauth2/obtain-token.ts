import type { Fetch, WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { GivenProperty } from '../properties/read-properties.ts'
import type { Token } from '../token.ts'
import { clientProof } from './client-auth.ts'
import { commonParameters } from './grant-parameters.ts'
import { openSession } from './oauth-session.ts'
import { readOAuthSettings, type OAuthSettings } from './oauth-settings.ts'

export interface ObtainTokenOptions extends WaitOptions {
  /** What stands before the names in messages. Default `rest.auth.oauth2.` */
  readonly prefix?: string
  /** How issuers are reached. Default: `fetch`. */
  readonly fetch?: Fetch
  readonly now?: () => number
}

const usualPrefix = 'rest.auth.oauth2.'

/**
 * One token of an OAuth 2 authorization server, for servers that exchange what others present to them (RFC 8693,
 * RFC 7523): nothing is kept, and each call is one token request, or two where a configuration stands in the other.
 *
 * @param properties those of `oauth2`, by their names without `rest.auth.oauth2.`; name the `token-endpoint`, because
 *   metadata are read anew for each call otherwise
 * @throws AuthError `refused` with the issuer's `error` in {@link AuthError.error}, `unavailable`, `malformed`,
 *   `configuration`
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
  { prefix = usualPrefix, fetch: reach, now = Date.now, signal }: ObtainTokenOptions = {},
): Promise<Token> {
  const session = await openSession(readAlone(properties, prefix), {
    type: 'oauth2',
    uri: undefined,
    fetch: reach ?? ((url, init) => fetch(url, init)),
    now,
    env: {},
    parent: undefined,
    prompts: undefined,
    defaultDelegate: 'none',
    warn: () => {},
    create: async () => {
      const fix = 'there is no other provider here: give the token itself, or a file'
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
 * Looks for contradictions in what {@link obtainToken} will be called with, without asking anybody.
 *
 * @throws AuthError `configuration`, naming the property
 */
export function checkTokenProperties(
  properties: Readonly<Record<string, string>>,
  prefix: string = usualPrefix,
): void {
  check(readAlone(properties, prefix))
}

function readAlone(properties: Readonly<Record<string, string>>, prefix: string): OAuthSettings {
  const given = Object.entries(properties).map(([name, value]): [string, GivenProperty] => [
    name,
    { value, writtenAs: `${prefix}${name}` },
  ])
  return readOAuthSettings(new Map(given), prefix)
}

function check(settings: OAuthSettings): void {
  clientProof(settings, undefined)
  commonParameters(settings, settings.grant)
  for (const { nested } of [settings.subject, settings.actor, settings.assertion].filter(
    (input) => input !== undefined,
  ))
    if (nested !== undefined) check(nested)
}
