import { ask, type Answer } from '../ask.ts'
import { AuthError, isAuthError } from '../auth-error.ts'
import type { Source } from '../chain.ts'
import { errorAnswer } from '../oauth2/token-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import type { Provenance } from '../provenance.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { whoOf } from '../token-expiry.ts'
import type { Token } from '../token.ts'

/** Which identity of the machine, when it has several. */
export interface ManagedIdentity {
  readonly clientId: string | undefined
  readonly objectId: string | undefined
  readonly resourceId: string | undefined
}

const WAY = 'managed-identity'

/** The identity of a machine, a container or a function in Azure. */
export function managedIdentity(
  resource: string,
  which: ManagedIdentity,
  context: Pick<ProviderContext, 'fetch' | 'now' | 'env'>,
): Source<Token & { expiresAt: number; provenance: Provenance }> {
  return async (wait = {}) => {
    const { url, headers } = place(resource, which, context.env)
    const init: RequestInit = { headers, ...(wait.signal === undefined ? {} : { signal: wait.signal }) }
    const { status, text } = await answerOf(() => ask(context.fetch, url, init, new URL(url).host, 5_000))
    if (status !== 200) throw refusal(status, text)
    const { token, end } = readAnswer(text, context.now())
    return {
      value: new Secret(checkToken(token, 'The token of the managed identity')),
      expiresAt: end,
      provenance: { ...whoOf(token), target: resource, obtainedBy: WAY, renewableBy: [WAY] },
    }
  }
}

/** App Service, Functions and Container Apps have an endpoint of their own; machines and AKS the one of the network. */
function place(
  resource: string,
  { clientId, objectId, resourceId }: ManagedIdentity,
  env: ProviderContext['env'],
): { url: string; headers: Record<string, string> } {
  const endpoint = env['IDENTITY_ENDPOINT']
  const secret = env['IDENTITY_HEADER']
  const own = endpoint !== undefined && secret !== undefined
  const url = new URL(own ? endpoint : `${imds(env)}/metadata/identity/oauth2/token`)
  const query = {
    'api-version': own ? '2019-08-01' : '2018-02-01',
    resource,
    client_id: clientId,
    object_id: objectId,
    [own ? 'mi_res_id' : 'msi_res_id']: resourceId,
  }
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return { url: url.href, headers: own ? { 'x-identity-header': secret } : { metadata: 'true' } }
}

function imds(env: ProviderContext['env']): string {
  return env['AZURE_POD_IDENTITY_AUTHORITY_HOST']?.replace(/\/+$/, '') || 'http://169.254.169.254'
}

async function answerOf(asking: () => Promise<Answer>): Promise<Answer> {
  try {
    return await asking()
  } catch (cause) {
    if (!isAuthError(cause, 'unavailable')) throw cause
    throw new AuthError('not-here', `this is no machine of Azure: ${cause.message}`, { cause })
  }
}

function refusal(status: number, text: string): AuthError {
  const { error, description } = errorAnswer(text)
  const said = description === undefined ? '' : ` (${description})`
  const fix =
    status === 400 ? 'Has it an identity? With several, set rest.auth.entra.managed-identity-client-id' : ''
  // What the documentation says will pass: 404 while the identity is being set up, 410, 429, 5xx.
  const reason = [404, 410, 429].includes(status) || status >= 500 ? 'unavailable' : 'refused'
  return new AuthError(
    reason,
    `The managed identity gave no token: ${error ?? `status ${status}`}${said}. ${fix}`.trim(),
  )
}

function readAnswer(text: string, now: number): { token: string; end: number } {
  let answer: { access_token?: unknown; expires_on?: unknown; expires_in?: unknown } = {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) answer = value
  } catch {
    // Told below, without the text.
  }
  const { access_token: token, expires_on: on, expires_in: inSeconds } = answer
  const end = /^\d+$/.test(String(on)) ? Number(on) * 1_000 : now + Number(inSeconds) * 1_000
  if (typeof token === 'string' && Number.isFinite(end)) return { token, end }
  throw new AuthError('malformed', 'The managed identity gave an answer without a token')
}
