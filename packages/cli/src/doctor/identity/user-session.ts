import type { DoctorContext } from '../context.ts'
import { describeResponse } from '../http/describe-response.ts'
import { exchangeToken, findExchangeEndpoint, tokenTypes } from './exchange-token.ts'
import { staticToken } from './static-token.ts'
import { readTokenFacts } from './token-facts.ts'
import { findToken } from './token-request.ts'

/**
 * Opens the session of a user in the same way as engines with `session=USER`. Such an engine names the user in an
 * unsigned token, and exchanges this token together with its own token. All further requests are sent in the session.
 *
 * @returns a description of the issuer's refusal, or null after a success
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
