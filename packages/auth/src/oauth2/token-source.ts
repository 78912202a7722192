import { AuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import { fileTokens } from '../file-tokens.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtExpiry, whoOf } from '../token-expiry.ts'
import { tokenTypes, type Token } from '../token.ts'
import type { OAuthSettings, TokenInput } from './oauth-settings.ts'

export type TokenSource = Source<Token>

/** Opens a configuration that stands in another one. */
export type OpenNested = (settings: OAuthSettings) => Promise<Tokens>

/** What gives tokens and can be closed. */
export interface Tokens extends AsyncDisposable {
  get: TokenSource
}

/**
 * Where a token that goes into a request comes from. It is asked for each request: files are read again, sessions
 * renew themselves.
 *
 * @param opened Takes what is to be closed with the session.
 */
export async function tokenSource(
  input: TokenInput,
  context: ProviderContext,
  openNested: OpenNested,
  opened: AsyncDisposable[],
): Promise<TokenSource> {
  const { property, value, file, authType, nested, type } = input
  if (nested !== undefined) {
    const tokens = await openNested(nested)
    opened.push(tokens)
    return async (wait) => ofType(await tokens.get(wait), type, property)
  }
  if (file !== undefined) {
    const tokens = fileTokens(file, `${property}-file`, context.now)
    opened.push(tokens)
    return async (wait) => ofType(await tokens.get(wait), type, property)
  }
  if (authType !== undefined)
    return ofProvider(await context.create(authType), input, `${property}-auth-type`)
  if (value?.reveal() === '::parent::') {
    if (context.parent !== undefined) return ofProvider(context.parent, input, property)
    const fix = 'give the outer session as parent when this one is made'
    throw new AuthError(
      'configuration',
      `${property}=::parent:: needs a session that this one belongs to: ${fix}`,
      {
        property,
      },
    )
  }
  const token = staticToken(value ?? new Secret(''), property)
  return async () => ofType(token, type, property)
}

/** A token that stands in the configuration: there is nothing to renew it with. */
export function staticToken(given: Secret, property: string): Token {
  const value = checkToken(given.reveal().trim(), property)
  const expiresAt = jwtExpiry(value)
  return {
    value: new Secret(value),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    provenance: { ...whoOf(value), obtainedBy: 'static', renewableBy: [] },
  }
}

function ofProvider(
  provider: { token?: TokenSource },
  { type, property }: TokenInput,
  from: string,
): TokenSource {
  const { token } = provider
  if (token === undefined) {
    throw new AuthError('configuration', `${from}: there is no token in that session`, { property: from })
  }
  return async (wait) => ofType(await token.call(provider, wait), type, property)
}

/** The token as one of the type that is asked for; an ID token stands beside the access token. */
function ofType(token: Token, type: string | undefined, property: string): Token {
  if (type === undefined || type === token.type) return token
  if (type !== tokenTypes.idToken || token.type === undefined) return { ...token, type }
  if (token.idToken !== undefined) return { ...token, value: token.idToken, type }
  const fix = 'no ID token came with the login: add openid to its scope'
  throw new AuthError('configuration', `${property}-type: ${fix}`, { property: `${property}-type` })
}
