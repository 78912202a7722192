import type { DoctorContext } from '../context.ts'
import { describeResponse } from '../http/describe-response.ts'
import { exchangeToken, findExchangeEndpoint, tokenTypes } from './exchange-token.ts'
import { staticToken } from './static-token.ts'
import { readTokenFacts } from './token-facts.ts'
import { findToken } from './token-request.ts'

/**
 * Enters the session of a user as engines with `session=USER` do: they name the user in a token without a signature,
 * and exchange it together with their own token. All further requests are sent in this session.
 *
 * @returns the refusal of the issuer, or null
 */
export async function enterUserSession(context: DoctorContext, user: string): Promise<string | null> {
  const { learned, settings, redactor } = context
  const endpoint = findExchangeEndpoint(settings)
  const actor = learned.tokenValue?.reveal()
  if (endpoint === null || actor === undefined) return 'the engine itself has no token that it could exchange'
  const response = await exchangeToken(context, endpoint, actor, {
    subject_token: unsignedToken(user),
    subject_token_type: tokenTypes.jwt,
    actor_token: actor,
    actor_token_type: tokenTypes.accessToken,
  })
  const token = findToken(response)
  if (token === null) return describeResponse(response)
  redactor.add(token)
  learned.auth = staticToken(token)
  learned.token = readTokenFacts(token)
  return null
}

function unsignedToken(user: string): string {
  const claims = { sub: user, user, iss: 'headgate-doctor', iat: Math.floor(Date.now() / 1_000) }
  return `${encodeJson({ alg: 'none' })}.${encodeJson(claims)}.`
}

const encodeJson = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
