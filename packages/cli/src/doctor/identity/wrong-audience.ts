import { randomUUID } from 'node:crypto'
import type { HeaderList } from '@headgate/http'
import { failed, type Diagnosis } from '../finding.ts'
import { describeResponse, toObject } from '../http/describe-response.ts'
import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import type { DoctorContext } from '../context.ts'
import { readTokenFacts } from './token-facts.ts'
import { findToken, findTokenClient, requestToken } from './token-request.ts'

/**
 * Checks that the catalog refuses a token for another audience. Otherwise engines can send the catalog tokens that
 * were issued for a gateway or another service. The test token is for an audience that does not exist, so that no
 * service receives a valid token of another service.
 */
export async function checkAudience(context: DoctorContext): Promise<readonly Diagnosis[]> {
  const { settings, fact, redactor } = context
  if (settings.auth['rest.auth.type'] === 'none') return []
  const open = await listNamespaces(context, [])
  if (open === null || open.status < 300) {
    fact('the catalog answers without credentials, so audiences are not checked')
    return []
  }
  const audience = `urn:headgate:doctor:${randomUUID()}`
  const token = await mintToken(context, audience)
  if (token === null) {
    fact(
      'no issuer mints a token for an audience that does not exist, so the check of audiences was left out',
    )
    return []
  }
  redactor.add(token)
  const response = await listNamespaces(context, [['authorization', `Bearer ${token}`]])
  fact(`a token for another audience: ${response === null ? 'no response' : `status ${response.status}`}`)
  if (response === null || response.status >= 300) return []
  const { issuer, subject } = readTokenFacts(token)
  return [
    failed('audience-not-checked', {
      evidence: `The catalog accepts a token of ${issuer ?? 'its issuer'} whose audience (${audience}) does not exist: it listed namespaces for ${subject ?? 'its subject'} (${describeResponse(response).slice(0, 120)}).`,
      remedy:
        'Let the catalog require its own audience (Nessie: quarkus.oidc.token.audience; Polaris: polaris.oidc audience; Lakekeeper: LAKEKEEPER__OPENID_AUDIENCE). Until then, every engine can use its token for a gateway or another service of this issuer directly at this catalog.',
    }),
  ]
}

/** Requests a token for an audience. Returns null unless the token is only for this audience. */
async function mintToken(context: DoctorContext, audience: string): Promise<string | null> {
  const { options, settings, signal } = context
  const client = findTokenClient(settings)
  const answer =
    client === null
      ? null
      : await requestToken(context, client, { extra: { audience, resource: audience } }).catch(() => null)
  const own = answer === null ? null : findToken(answer)
  if (own !== null && isOnlyFor(own, audience)) return own
  const minted = (await options.issuer?.(audience, signal).catch(() => null)) ?? null
  return minted !== null && isOnlyFor(minted, audience) ? minted : null
}

function isOnlyFor(token: string, audience: string): boolean {
  const { audiences } = readTokenFacts(token)
  return audiences.length > 0 && audiences.every((each) => each === audience)
}

/**
 * Requests the list of namespaces with these headers, without an auth provider. Returns null if no response arrives.
 */
async function listNamespaces(context: DoctorContext, headers: HeaderList): Promise<RawResponse | null> {
  const { learned, settings } = context
  const config = toObject(learned.config?.json)
  const prefix = toObject(config['overrides'])['prefix'] ?? toObject(config['defaults'])['prefix']
  const path = typeof prefix === 'string' && prefix !== '' ? `${prefix.replaceAll(/^\/+|\/+$/g, '')}/` : ''
  const url = `${settings.uri}/v1/${path}namespaces`
  return await rawRequest(context, { method: 'GET', url, headers }).catch(() => null)
}
