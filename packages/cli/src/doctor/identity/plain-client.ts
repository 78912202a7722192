import { AuthError, type AuthProvider, Secret, type Token } from '@headgate/auth'
import { withHeaders } from '@headgate/http'
import { describeResponse, toObject } from '../http/describe-response.ts'
import type { DoctorContext } from '../context.ts'
import { isLoopback } from '../../connection/settings.ts'
import { findToken, requestToken, type TokenClient } from './token-request.ts'

/**
 * Returns whether an endpoint uses http without TLS on another machine. The providers of `@headgate/auth` refuse such
 * endpoints.
 */
export function isUnencrypted(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint)
  return protocol === 'http:' && !isLoopback(hostname)
}

/**
 * Creates an auth provider for a token endpoint without encryption. The doctor sends secrets there, because engines do
 * so too. The TLS layer has already warned the user.
 */
export function plainClient(context: DoctorContext, client: TokenClient): AuthProvider {
  let obtained: Promise<Token> | undefined
  const token = async (): Promise<Token> => await (obtained ??= obtain(context, client))
  return {
    token,
    authenticate: async (request) => {
      const { value } = await token()
      return {
        ...request,
        headers: withHeaders(request.headers, [['authorization', `Bearer ${value.reveal()}`]]),
      }
    },
  }
}

async function obtain(context: DoctorContext, client: TokenClient): Promise<Token> {
  const response = await requestToken(context, client)
  const token = findToken(response)
  if (token === null)
    throw new AuthError('refused', `The issuer refused the request: ${describeResponse(response)}.`)
  const seconds = Number(toObject(response.json)['expires_in'] ?? Number.NaN)
  return {
    value: new Secret(token),
    ...(Number.isFinite(seconds) ? { expiresAt: Date.now() + seconds * 1_000 } : {}),
  }
}
