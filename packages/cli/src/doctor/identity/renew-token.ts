import { failed, warning, type Diagnosis } from '../finding.ts'
import { describeResponse } from '../http/describe-response.ts'
import type { RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { exchangeToken, findExchangeEndpoint, tokenTypes } from './exchange-token.ts'
import { readTokenFacts, type TokenFacts } from './token-facts.ts'
import { findToken, findTokenClient, requestToken } from './token-request.ts'

/**
 * Renews the token immediately, with the request that the engine sends when its token expires. Returns a diagnosis for
 * each problem.
 */
export async function renewToken(context: DoctorContext): Promise<readonly Diagnosis[]> {
  const { settings, learned, redactor, fact } = context
  const endpoint = findExchangeEndpoint(settings)
  const token = learned.tokenValue?.reveal()
  const client = findTokenClient(settings)
  if (token === undefined) return []
  const isExchange = settings.exchangesTokens && endpoint !== null
  const response = isExchange
    ? await exchangeToken(context, endpoint, token, {
        subject_token: token,
        subject_token_type: tokenTypes.accessToken,
      })
    : client === null
      ? null
      : await requestToken(context, client)
  if (response === null) return []
  const renewed = findToken(response)
  if (renewed === null)
    return [isExchange ? exchangeRefused(context, response) : renewalFailed(context, response)]
  redactor.add(renewed)
  fact(`the token was renewed by ${isExchange ? 'an exchange' : 'a new request'}`)
  const changed = describeChange(readTokenFacts(token), readTokenFacts(renewed))
  return changed === null ? [] : [identityChanged(context, changed)]
}

/**
 * Returns the diagnosis for an issuer that refuses to exchange a token. Clients that renew tokens by exchange lose
 * their session when the token expires.
 */
function exchangeRefused({ traits, settings }: DoctorContext, response: RawResponse): Diagnosis {
  const { withoutExchange } = settings.names
  return warning('token-exchange-refused', {
    evidence: `${traits.label} renews its token by exchanging it, and the issuer refuses the exchange: ${describeResponse(response)}. The session then ends when its first token expires, and is not renewed after a single failure.`,
    remedy: `Set ${withoutExchange ?? 'the engine to request new tokens with its credential'}, so that new tokens are requested with the credential, or let the issuer allow token exchange for this client.`,
    report: reports.deadSession,
  })
}

function renewalFailed({ traits, settings }: DoctorContext, response: RawResponse): Diagnosis {
  return failed('token-renewal-failed', {
    evidence: `The first token was issued, and the second request for a token is refused: ${describeResponse(response)}.`,
    remedy: `${traits.label} works until the first token expires. Let the issuer allow repeated requests of the client in ${settings.names.credential}.`,
    report: reports.deadSession,
  })
}

/** Returns a description of the difference between two identities, or null if they are equal or unknown. */
function describeChange(before: TokenFacts, after: TokenFacts): string | null {
  if (!before.readable || !after.readable) return null
  if (before.subject !== after.subject)
    return `sub was ${before.subject ?? '–'} and is ${after.subject ?? '–'}`
  const [first, second] = [before.actors.join(', '), after.actors.join(', ')]
  return first === second ? null : `act was ${first || '–'} and is ${second || '–'}`
}

function identityChanged({ traits }: DoctorContext, change: string): Diagnosis {
  return failed('identity-changed', {
    evidence: `The renewed token has another identity: ${change}. After the first token has expired, ${traits.label} acts as another caller.`,
    remedy:
      'Let the issuer keep subject and actor when it exchanges a token, or use a token that is not renewed.',
    report: 'https://github.com/apache/iceberg/issues/17600',
  })
}
