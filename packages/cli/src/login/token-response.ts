import { type Json, stringify } from '@headgate/json'
import type { Response } from '../connection/response.ts'
import { checkLoginTarget } from './login-target.ts'
import type { LoginContext } from './login-token.ts'

/**
 * Returns the access token of a login in the form of a token endpoint's response (RFC 6749 section 5.1), with its time
 * of expiry.
 *
 * @param target URL to which the caller will send the token, or undefined if the caller does not send it
 * @throws CliError when the token must not be sent to `target`
 */
export async function loginTokenResponse(
  context: LoginContext,
  name: string,
  target?: string,
): Promise<Response> {
  // The import is dynamic, because most commands use a credential and need no login.
  const { loginToken } = await import('./login-token.ts')
  const { accessToken, expiresAt, issuer, clientId, server } = await loginToken(context, name)
  if (target !== undefined) checkLoginTarget(name, server, target)
  const json: Json = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: Math.max(0, Math.floor((expiresAt - Date.now()) / 1000)),
    expires_at: new Date(expiresAt).toISOString(),
    issuer,
    client_id: clientId,
  }
  return { status: 200, text: stringify(json), json }
}
