import { AuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import { fileTokens } from '../file-tokens.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtExpiry, jwtProvenance } from '../token-expiry.ts'
import { tokenTypes, type Token } from '../token.ts'
import type { OAuthSettings, TokenInput } from './oauth-settings.ts'

export type TokenSource = Source<Token>

/**
 * Opens the session of an OAuth configuration that is nested in another configuration. The session supplies a token
 * for the outer configuration.
 */
export type OpenNested = (settings: OAuthSettings) => Promise<ClosableTokenSource>

export interface ClosableTokenSource extends AsyncDisposable {
  get: TokenSource
}

/**
 * Returns the source of a token that is sent in a token request. The token is obtained for each request, because
 * files change and sessions renew their tokens.
 *
 * @param opened receives the objects that must be closed with the session
 * @throws {AuthError} configuration
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
    return async (wait) => withType(await tokens.get(wait), type, property)
  }
  if (file !== undefined) {
    const tokens = fileTokens(file, `${property}-file`, context.now)
    opened.push(tokens)
    return async (wait) => withType(await tokens.get(wait), type, property)
  }
  if (authType !== undefined)
    return providerSource(await context.create(authType), input, `${property}-auth-type`)
  if (value?.reveal() === '::parent::') {
    if (context.parent !== undefined) return providerSource(context.parent, input, property)
    const fix = 'pass it as parent when the provider is created'
    throw new AuthError('configuration', `${property}=::parent:: needs a parent session: ${fix}`, {
      property,
    })
  }
  const token = staticToken(value ?? new Secret(''), property)
  return async () => withType(token, type, property)
}

/** Creates a token from its configured text. The token cannot be renewed. */
export function staticToken(secret: Secret, property: string): Token {
  const value = checkToken(secret.reveal().trim(), property)
  const expiresAt = jwtExpiry(value)
  return {
    value: new Secret(value),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    provenance: { ...jwtProvenance(value), obtainedBy: 'static', renewableBy: [] },
  }
}

function providerSource(
  provider: { token?: TokenSource },
  { type, property }: TokenInput,
  from: string,
): TokenSource {
  const { token } = provider
  if (token === undefined) {
    throw new AuthError(
      'configuration',
      `${from}: the provider has no token to present. Use a provider that obtains tokens`,
      { property: from },
    )
  }
  return async (wait) => withType(await token.call(provider, wait), type, property)
}

/**
 * Returns a token with the configured token type. For the type of ID tokens, returns the ID token that was issued
 * with the access token.
 */
function withType(token: Token, type: string | undefined, property: string): Token {
  if (type === undefined || type === token.type) return token
  if (type !== tokenTypes.idToken || token.type === undefined) return { ...token, type }
  if (token.idToken !== undefined) return { ...token, value: token.idToken, type }
  const fix = 'the login returned no ID token: add openid to its scope'
  throw new AuthError('configuration', `${property}-type: ${fix}`, { property: `${property}-type` })
}
