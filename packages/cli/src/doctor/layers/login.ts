import type { ProviderSource } from '@headgate/auth'
import { failed, type Diagnosis } from '../finding.ts'
import { describeResponse } from '../http/describe-response.ts'
import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { openSession } from '../identity/open-session.ts'
import { readResourceMetadata } from '../identity/resource-metadata.ts'
import { adviseOnSignature, checkSigningName, isSigned } from '../identity/signature-advice.ts'
import { readTokenFacts } from '../identity/token-facts.ts'
import { configUrl } from './clock.ts'
import type { Layer } from './layer.ts'

/**
 * Creates the layer that obtains a token with the requests of the engine, and sends the first authenticated request.
 */
export function loginLayer(loginProvider: ProviderSource): Layer {
  return {
    name: 'login',
    check: async (context) => {
      const wrongName = checkSigningName(context.settings)
      if (wrongName !== null) return [wrongName]
      const ended = await tryEndedToken(context)
      if (ended !== null) return [ended]
      const refusal = await openSession(context, loginProvider)
      if (refusal !== null) return [refusal]
      const { settings, learned } = context
      const response = await rawRequest(context, {
        method: 'GET',
        url: configUrl(settings),
        auth: learned.auth,
      })
      learned.config = response
      context.fact(`GET /v1/config with these credentials: status ${response.status}`)
      return await judge(context, response)
    },
  }
}

/**
 * Sends the token of the configuration if it has expired, because engines send it, too, and an auth provider would
 * not. Returns a diagnosis if the catalog refuses the token, otherwise null.
 */
async function tryEndedToken(context: DoctorContext): Promise<Diagnosis | null> {
  const { settings, learned } = context
  const { token } = settings.auth
  if (typeof token !== 'string') return null
  const facts = readTokenFacts(token)
  if (facts.expiresAt === undefined || facts.expiresAt > Date.now()) return null
  learned.token = facts
  const headers = [['authorization', `Bearer ${token}`]] as const
  const response = await rawRequest(context, { method: 'GET', url: configUrl(settings), headers })
  return response.status === 419 ? timedOut(context, response) : expired(context, response)
}

async function judge(context: DoctorContext, response: RawResponse): Promise<readonly Diagnosis[]> {
  const { settings, learned } = context
  const { status } = response
  const mayBeSignature = isSigned(settings) || /missing authentication token/i.test(response.text)
  if (mayBeSignature && (status === 401 || status === 403)) {
    const advice = adviseOnSignature(settings, response)
    if (advice !== null) return [advice]
  }
  if (status === 419) return [timedOut(context, response)]
  if (status !== 401) return []
  if (settings.auth['rest.auth.type'] === 'none') return [noCredential(context, response)]
  if (learned.token?.expiresAt !== undefined && learned.token.expiresAt < Date.now())
    return [expired(context, response)]
  return [await tokenRefused(context, response)]
}

function noCredential({ settings, learned }: DoctorContext, response: RawResponse): Diagnosis {
  const challenge = learned.first?.headers.get('www-authenticate')
  return failed('credential-missing', {
    evidence: `The configuration contains no credential, and the catalog requires one: ${describeResponse(response)}${challenge ? ` (${challenge})` : ''}.`,
    remedy: `Set ${settings.names.credential}${settings.names.tokenEndpoint === undefined ? '' : ` and ${settings.names.tokenEndpoint}`}.`,
  })
}

/**
 * Returns the diagnosis for a catalog that responds with status 419. The specification allows this response to an
 * expired token, but many clients do not handle it.
 */
function timedOut({ settings, traits, learned }: DoctorContext, response: RawResponse): Diagnosis {
  const end = learned.token?.expiresAt
  const known = end === undefined ? '' : ` The token expired at ${new Date(end).toISOString()}.`
  return failed('token-expired-419', {
    evidence: `The catalog refuses the token with ${describeResponse(response)}.${known}`,
    remedy: `Renew the token in ${settings.names.credential}. ${
      traits.understands419
        ? ''
        : `${traits.label} requests a new token after status 401, not after 419: let the catalog, or the proxy in front of it, answer 401 to expired tokens.`
    }`.trim(),
    report: reports.status419,
  })
}

function expired({ settings, learned }: DoctorContext, response: RawResponse): Diagnosis {
  return failed('token-expired', {
    evidence: `The token in the configuration expired at ${new Date(learned.token?.expiresAt ?? 0).toISOString()}: ${describeResponse(response)}.`,
    remedy: `Replace the token. For a session that lasts, use ${settings.names.credential}, from which the engine requests tokens itself.`,
  })
}

async function tokenRefused(context: DoctorContext, response: RawResponse): Promise<Diagnosis> {
  const { settings, learned } = context
  const evidence = `The catalog refuses the credentials: ${describeResponse(response)}.`
  const metadata = await readResourceMetadata(context)
  const { token } = learned
  const isForeign =
    token?.issuer !== undefined &&
    metadata !== null &&
    metadata.issuers.length > 0 &&
    !metadata.issuers.includes(token.issuer)
  if (isForeign) {
    return failed('token-issuer', {
      evidence: `${evidence} The token is of the issuer ${token.issuer ?? ''}, and the catalog accepts tokens of ${metadata.issuers.join(', ')}.`,
      remedy: `Request the token from one of these issuers (${settings.names.tokenEndpoint ?? 'token endpoint'}), or register the issuer at the catalog.`,
    })
  }
  const audience =
    token === undefined || token.audiences.length === 0
      ? 'no audience'
      : `the audience ${token.audiences.join(', ')}`
  return failed('token-refused', {
    evidence:
      token?.readable === true
        ? `${evidence} The token of ${token.issuer ?? 'an unknown issuer'} has ${audience}.`
        : evidence,
    remedy: `Check in the log of the catalog why it refuses the token: its issuer must be registered, its audience must be the catalog, and its subject must exist there. Credentials are in ${settings.names.credential}.`,
  })
}
