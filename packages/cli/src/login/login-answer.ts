import type { Json } from '@headgate/json'
import { stringify } from '@headgate/json'
import type { Answer } from '../connection/answer.ts'
import { checkLoginTarget } from './login-target.ts'
import type { LoginContext } from './login-token.ts'

/**
 * The token of a login, in the form of a token endpoint's answer (RFC 6749 section 5.1), with its end besides.
 *
 * @param target Where it is to be sent; undefined: nowhere
 * @throws CliError when it may not go there
 */
export async function loginAnswer(context: LoginContext, name: string, target?: string): Promise<Answer> {
  // Loaded when it is used: most commands have a credential.
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
