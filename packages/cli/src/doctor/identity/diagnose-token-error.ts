import { isAuthError } from '@headgate/auth'
import { failed, type Diagnosis } from '../finding.ts'
import { describeResponse } from '../http/describe-response.ts'
import type { RawResponse } from '../http/raw-request.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import { guessIssuers, readIssuerMetadata, readResourceMetadata } from './resource-metadata.ts'
import {
  findErrorCode,
  findToken,
  findTokenClient,
  requestToken,
  type ClientMethod,
  type TokenClient,
} from './token-request.ts'

/**
 * Finds out why the issuer issued no token, and returns the diagnosis. Sends the token request of the engine again,
 * and variations of it.
 */
export async function diagnoseTokenError(context: DoctorContext, error: unknown): Promise<Diagnosis> {
  const client = findTokenClient(context.settings)
  if (client === null) return describeAuthError(context, error)
  const answer = await requestToken(context, client).catch(() => null)
  if (answer === null || findToken(answer) !== null) return describeAuthError(context, error)
  const code = findErrorCode(answer)
  if ([404, 405, 501].includes(answer.status)) return await noTokenEndpoint(context, client, answer)
  if (code === 'invalid_scope') return await invalidScope(context, client, answer)
  if (client.clientId === undefined) return withoutClientId(context, answer)
  if (code === 'invalid_client' || answer.status === 401)
    return await invalidClient(context, client, answer, error)
  return describeAuthError(context, error)
}

/**
 * Returns the diagnosis for an error of an auth provider. The message of the error contains the remedy, if a remedy is
 * known.
 */
function describeAuthError({ settings }: DoctorContext, error: unknown): Diagnosis {
  const message = error instanceof Error ? error.message : String(error)
  if (!isAuthError(error)) {
    return failed('login-failed', { evidence: message, remedy: `Check ${settings.names.credential}.` })
  }
  const { property, reason } = error
  const isSetting = reason === 'configuration' || reason === 'not-installed' || reason === 'unsupported'
  const unavailable = reason === 'unavailable' || reason === 'malformed'
  const place = settings.tokenEndpoint ?? settings.uri
  return failed(isSetting ? 'auth-settings' : unavailable ? 'issuer-failed' : 'login-refused', {
    evidence: message,
    remedy: isSetting
      ? `Correct ${property ?? 'the properties of the authentication'}.`
      : unavailable
        ? `Check that the issuer at ${place} works: read its log, and check ${settings.names.tokenEndpoint ?? 'its URL'}.`
        : `Check ${settings.names.credential}${property === undefined ? '' : ` (${property})`} at the issuer ${place}.`,
  })
}

async function noTokenEndpoint(
  context: DoctorContext,
  { endpoint }: TokenClient,
  answer: RawResponse,
): Promise<Diagnosis> {
  const { names } = context.settings
  const metadata = await readResourceMetadata(context)
  const [issuer] = metadata?.issuers ?? []
  const found = issuer === undefined ? null : await readIssuerMetadata(context, issuer)
  return failed('no-token-endpoint', {
    evidence: `POST ${endpoint}: ${describeResponse(answer)}. The catalog has no token endpoint there.`,
    remedy:
      found?.tokenEndpoint === undefined
        ? `Set ${names.tokenEndpoint ?? 'the token endpoint'} to the token endpoint of the identity provider that the catalog trusts.`
        : `Set ${names.tokenEndpoint ?? 'the token endpoint'} to ${found.tokenEndpoint}, the endpoint of the issuer that the catalog names.`,
  })
}

async function invalidScope(
  context: DoctorContext,
  client: TokenClient,
  answer: RawResponse,
): Promise<Diagnosis> {
  const { names } = context.settings
  const setting = names.scope ?? 'scope'
  const offered = await listScopes(context, client)
  const working = await findWorkingScope(context, client, offered)
  const known =
    offered.length === 0 ? '' : ` The issuer and the catalog name these scopes: ${offered.join(', ')}.`
  return failed('scope-refused', {
    evidence: `POST ${client.endpoint} with the scope “${client.scope ?? ''}”: ${describeResponse(answer)}.${known}`,
    remedy:
      working === undefined
        ? `Set ${setting} to a scope that the issuer allows for this client. For Polaris and Snowflake it is PRINCIPAL_ROLE:ALL or session:role:NAME, for Headgate catalog.`
        : working === null
          ? `Remove ${setting}, or set it to an empty scope: without a scope, the issuer issues a token.`
          : `Set ${setting} to ${working}: with this scope, the issuer issues a token.`,
    report: reports.invalidScope,
  })
}

/** Lists the scopes in the metadata documents of the catalog and of the issuer. */
async function listScopes(context: DoctorContext, { endpoint }: TokenClient): Promise<readonly string[]> {
  const metadata = await readResourceMetadata(context)
  const issuers = [...new Set([...guessIssuers(endpoint), ...(metadata?.issuers ?? [])])].slice(0, 4)
  const found = await Promise.all(issuers.map(async (issuer) => await readIssuerMetadata(context, issuer)))
  return [...new Set([...(metadata?.scopes ?? []), ...found.flatMap((each) => each?.scopes ?? [])])]
}

/**
 * Tries token requests with different scopes. Returns the first scope with which the issuer issues a token, null if it
 * issues a token without a scope, or undefined if no request succeeds.
 */
async function findWorkingScope(
  context: DoctorContext,
  client: TokenClient,
  offered: readonly string[],
): Promise<string | null | undefined> {
  const usual = ['catalog', 'PRINCIPAL_ROLE:ALL']
  for (const scope of [...new Set([...offered.slice(0, 6), ...usual]), null]) {
    if (scope === client.scope) continue
    const answer = await requestToken(context, client, { scope }).catch(() => null)
    if (answer !== null && findToken(answer) !== null) return scope
  }
  return undefined
}

function withoutClientId({ settings }: DoctorContext, answer: RawResponse): Diagnosis {
  return failed('client-id-missing', {
    evidence: `The credential has no colon, so it is sent as a secret without a client id: ${describeResponse(answer)}.`,
    remedy: `Write ${settings.names.credential} as CLIENT_ID:CLIENT_SECRET.`,
    report: reports.secretOnly,
  })
}

async function invalidClient(
  context: DoctorContext,
  client: TokenClient,
  answer: RawResponse,
  error: unknown,
): Promise<Diagnosis> {
  const { settings } = context
  const evidence = `POST ${client.endpoint} with the secret ${places[client.method]}: ${describeResponse(answer)}.`
  const method = client.method === 'post' ? 'basic' : 'post'
  const other = await requestToken(context, client, { method }).catch(() => null)
  if (other !== null && findToken(other) !== null) {
    return failed('client-auth-method', {
      evidence: `${evidence} With the secret ${places[method]}, the issuer issues a token.`,
      remedy: methodAdvice(context, client.method),
      report: reports.basicRequired,
    })
  }
  const hint = isAuthError(error) ? ` ${error.message}` : ''
  return failed('client-refused', {
    evidence: `${evidence}${hint}`,
    remedy: `The issuer knows no client with this id and secret. Correct ${settings.names.credential}, or create the client at the issuer.`,
  })
}

const places = { post: 'in the form', basic: 'in the header' } as const

function methodAdvice({ traits, settings }: DoctorContext, method: ClientMethod): string {
  if (method === 'basic')
    return `The issuer accepts the secret only in the form (client_secret_post), and ${traits.label} sends it in the header (client_secret_basic). Allow client_secret_basic for this client at the issuer.`
  return `The issuer accepts the secret only in the header (client_secret_basic), and ${traits.label} sends it in the form (client_secret_post). Allow client_secret_post for this client at the issuer${basicAdvice(settings.engine)}`
}

function basicAdvice(engine: DoctorContext['settings']['engine']): string {
  if (engine === 'pyiceberg')
    return ', or use the OAuth2 manager of PyIceberg: auth: {type: oauth2, oauth2: {client_id, client_secret, token_url}}.'
  if (engine === 'spark' || engine === 'flink')
    return ', or use an auth manager with rest.auth.oauth2.client-auth=client_secret_basic (com.dremio.iceberg.authmgr), or headgate proxy.'
  return ', or put headgate proxy (--auth oauth2, client-auth=client_secret_basic) between.'
}
