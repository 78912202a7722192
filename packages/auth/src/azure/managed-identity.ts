import type { Fetch } from '@headgate/http'
import { fetchFromIssuer, type IssuerResponse } from '../fetch-from-issuer.ts'
import { AuthError, isAuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import { parseTokenError } from '../oauth2/token-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import type { Provenance } from '../provenance.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtProvenance } from '../token-expiry.ts'
import type { Token } from '../token.ts'

/** Ids that select one managed identity of a machine that has several. */
export interface ManagedIdentity {
  readonly clientId: string | undefined
  readonly objectId: string | undefined
  readonly resourceId: string | undefined
}

const METHOD = 'managed-identity'

/** Creates a source for tokens of the managed identity of a machine, container or function in Azure. */
export function managedIdentity(
  resource: string,
  which: ManagedIdentity,
  context: Pick<ProviderContext, 'fetch' | 'now' | 'env'>,
): Source<Token & { expiresAt: number; provenance: Provenance }> {
  return async (wait = {}) => {
    const { url, headers } = tokenRequest(resource, which, context.env)
    const init: RequestInit = { headers, ...(wait.signal === undefined ? {} : { signal: wait.signal }) }
    const { status, text } = await sendRequest(context.fetch, url, init)
    if (status !== 200) throw toError(status, text)
    const { token, expiresAt } = parseToken(text, context.now())
    return {
      value: new Secret(checkToken(token, 'The token of the managed identity')),
      expiresAt,
      provenance: { ...jwtProvenance(token), target: resource, obtainedBy: METHOD, renewableBy: [METHOD] },
    }
  }
}

/**
 * Returns the request for a token. App Service, Functions and Container Apps name their endpoint in the environment.
 * Virtual machines and AKS use the Instance Metadata Service.
 */
function tokenRequest(
  resource: string,
  { clientId, objectId, resourceId }: ManagedIdentity,
  env: ProviderContext['env'],
): { url: string; headers: Record<string, string> } {
  const endpoint = env['IDENTITY_ENDPOINT']
  const secret = env['IDENTITY_HEADER']
  const isAppService = endpoint !== undefined && secret !== undefined
  const url = new URL(isAppService ? endpoint : `${metadataHost(env)}/metadata/identity/oauth2/token`)
  const query = {
    'api-version': isAppService ? '2019-08-01' : '2018-02-01',
    resource,
    client_id: clientId,
    object_id: objectId,
    [isAppService ? 'mi_res_id' : 'msi_res_id']: resourceId,
  }
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return { url: url.href, headers: isAppService ? { 'x-identity-header': secret } : { metadata: 'true' } }
}

function metadataHost(env: ProviderContext['env']): string {
  return env['AZURE_POD_IDENTITY_AUTHORITY_HOST']?.replace(/\/+$/, '') || 'http://169.254.169.254'
}

/**
 * Sends a token request to the managed identity endpoint. If the endpoint cannot be reached, the process does not run
 * in Azure, and the error has the reason `not-here`.
 */
async function sendRequest(fetch: Fetch, url: string, init: RequestInit): Promise<IssuerResponse> {
  try {
    return await fetchFromIssuer(fetch, url, init, new URL(url).host, 5_000)
  } catch (cause) {
    if (!isAuthError(cause, 'unavailable')) throw cause
    throw new AuthError(
      'not-here',
      `the Azure managed identity endpoint cannot be reached: ${cause.message}`,
      { cause },
    )
  }
}

function toError(status: number, text: string): AuthError {
  const { error, description } = parseTokenError(text)
  const details = description === undefined ? '' : ` (${description})`
  const fix =
    status === 400
      ? 'Assign an identity to the machine. If it has several, set rest.auth.entra.managed-identity-client-id'
      : ''
  // The documentation of Azure states that the statuses 404 (while the identity is being created), 410, 429 and 5xx are
  // temporary.
  const reason = [404, 410, 429].includes(status) || status >= 500 ? 'unavailable' : 'refused'
  return new AuthError(
    reason,
    `The managed identity endpoint refused a token: ${error ?? `status ${status}`}${details}. ${fix}`.trim(),
  )
}

function parseToken(text: string, now: number): { token: string; expiresAt: number } {
  let response: { access_token?: unknown; expires_on?: unknown; expires_in?: unknown } = {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) response = value
  } catch {
    // The error below does not contain the parsed text, because the text may contain a token.
  }
  const { access_token: token, expires_on: expiresOn, expires_in: expiresIn } = response
  const expiresAt = /^\d+$/.test(String(expiresOn))
    ? Number(expiresOn) * 1_000
    : now + Number(expiresIn) * 1_000
  if (typeof token === 'string' && Number.isFinite(expiresAt)) return { token, expiresAt }
  throw new AuthError(
    'malformed',
    'The managed identity endpoint returned no access_token, or no valid expires_on or expires_in',
  )
}
