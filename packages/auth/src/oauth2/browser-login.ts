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
import { clientOf, requestToken, type TokenRequest } from './token-client.ts'

/** Lets a person log in with a browser: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, RFC 9207). */
export async function browserLogin(
  request: Omit<TokenRequest, 'grantType' | 'parameters'>,
  parameters: FormParameters,
  redirectUri: string | undefined,
  context: ProviderContext,
  wait: WaitOptions,
): Promise<TokenEndpointResponse> {
  const { server, prefix, dpop } = request
  const open = context.prompts?.browser?.bind(context.prompts)
  if (open === undefined) {
    const fix = 'give prompts.browser when the provider is made, or take grant-type=device_code'
    throw new AuthError('unsupported', `There is no browser to log in with here: ${fix}`, {
      property: `${prefix}grant-type`,
    })
  }
  const given = server.metadata.authorization_endpoint
  const property = `${prefix}auth-code.endpoint`
  if (given === undefined) {
    throw new AuthError('configuration', `The issuer names no place to log in: set ${property}`, { property })
  }
  const endpoint = endpointUrl(given, property)
  const verifier = generateRandomCodeVerifier()
  const state = generateRandomState()
  const challenge = await calculatePKCECodeChallenge(verifier)
  const thumbprint = await dpop?.calculateThumbprint()
  let comesBackTo = redirectUri
  const callback = await open(
    {
      redirectUri,
      urlFor: (chosen) => {
        comesBackTo = redirectUri ?? chosen
        const url = new URL(endpoint)
        const query: FormParameters = [
          ['response_type', 'code'],
          ['client_id', request.clientId ?? ''],
          ['redirect_uri', comesBackTo],
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
  const code = readCallback(callback, state, request, context)
  const answer = await requestToken(
    {
      ...request,
      grantType: grantTypes.authorization_code,
      parameters: [
        ['code', code],
        ['redirect_uri', comesBackTo ?? ''],
        ['code_verifier', verifier],
      ],
    },
    context,
    wait,
  )
  if (typeof answer === 'object') return answer
  throw new AuthError('refused', 'The login did not come to an end')
}

function readCallback(
  callback: string,
  state: string,
  { server, clientId }: Omit<TokenRequest, 'grantType' | 'parameters'>,
  { now }: ProviderContext,
): string {
  try {
    const client = clientOf(clientId, now)
    const answer = validateAuthResponse(server.metadata, client, new URL(callback), state)
    const code = answer.get('code')
    if (code !== null) return code
  } catch (error) {
    // The URL holds a code: of the library's error only what it says is told.
    const said = error instanceof Error && 'error' in error ? ` (${String(error.error).slice(0, 100)})` : ''
    const why = error instanceof Error ? error.message : 'it cannot be read'
    throw new AuthError('refused', `The login was not successful: ${why}${said}. Try again.`)
  }
  throw new AuthError('refused', 'The login was not successful: there is no code in the answer. Try again.')
}
