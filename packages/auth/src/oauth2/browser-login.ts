import {
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  validateAuthResponse,
  type TokenEndpointResponse,
} from 'oauth4webapi'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { endpointUrl } from './endpoint-url.ts'
import { grantTypes, type FormParameters } from './profiles.ts'
import { requestToken, toOAuthClient, type PreparedRequest } from './token-client.ts'

/**
 * Requests a token with a login in a browser: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, RFC
 * 9207).
 *
 * @throws {AuthError} unsupported, without a browser; configuration, without an endpoint; refused
 */
export async function browserLogin(
  request: PreparedRequest,
  parameters: FormParameters,
  redirectUri: string | undefined,
  context: ProviderContext,
  wait: WaitOptions,
): Promise<TokenEndpointResponse> {
  const { server, prefix, dpop } = request
  const openBrowser = context.prompts?.browser?.bind(context.prompts)
  if (openBrowser === undefined) {
    const property = `${prefix}grant-type`
    const fix = `pass prompts.browser to the provider, or set ${property}=device_code`
    throw new AuthError(
      'unsupported',
      `The login needs a function that opens a browser, but none was passed: ${fix}`,
      { property },
    )
  }
  const { authorization_endpoint: authorizationEndpoint } = server.metadata
  const property = `${prefix}auth-code.endpoint`
  if (authorizationEndpoint === undefined) {
    throw new AuthError(
      'configuration',
      `The metadata of the issuer has no authorization_endpoint: set ${property}`,
      { property },
    )
  }
  const endpoint = endpointUrl(authorizationEndpoint, property)
  const verifier = generateRandomCodeVerifier()
  const state = generateRandomState()
  const challenge = await calculatePKCECodeChallenge(verifier)
  const thumbprint = await dpop?.calculateThumbprint()
  let usedRedirectUri = redirectUri
  const callback = await openBrowser(
    {
      redirectUri,
      urlFor: (chosen) => {
        usedRedirectUri = redirectUri ?? chosen
        const url = new URL(endpoint)
        const query: FormParameters = [
          ['response_type', 'code'],
          ['client_id', request.clientId ?? ''],
          ['redirect_uri', usedRedirectUri],
          ['code_challenge', challenge],
          ['code_challenge_method', 'S256'],
          ['state', state],
          ...(thumbprint === undefined ? [] : ([['dpop_jkt', thumbprint]] as const)),
          ...parameters,
        ]
        for (const [name, value] of query) url.searchParams.append(name, value)
        return url.href
      },
    },
    wait,
  )
  const code = parseCallback(callback, state, request, context)
  const response = await requestToken(
    {
      ...request,
      grantType: grantTypes.authorization_code,
      parameters: [
        ['code', code],
        ['redirect_uri', usedRedirectUri ?? ''],
        ['code_verifier', verifier],
      ],
    },
    context,
    wait,
  )
  if (typeof response === 'object') return response
  throw new AuthError(
    'refused',
    `The login was not successful: the token endpoint answered ${response}. Try again.`,
  )
}

function parseCallback(
  callback: string,
  state: string,
  { server, clientId }: PreparedRequest,
  { now }: ProviderContext,
): string {
  try {
    const client = toOAuthClient(clientId, now)
    const response = validateAuthResponse(server.metadata, client, new URL(callback), state)
    const code = response.get('code')
    if (code !== null) return code
  } catch (error) {
    // The thrown error has no cause, because the error of oauth4webapi contains the callback URL with the authorization
    // code.
    const answered =
      error instanceof Error && 'error' in error ? ` (${String(error.error).slice(0, 100)})` : ''
    const reason =
      error instanceof Error ? error.message : 'the response of the issuer in the browser cannot be read'
    throw new AuthError('refused', `The login was not successful: ${reason}${answered}. Try again.`)
  }
  throw new AuthError(
    'refused',
    'The login was not successful: the response of the issuer in the browser has no code. Try again.',
  )
}
