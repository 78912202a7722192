import { isSecureUrl } from '../../secure-url.ts'
import { fetchJson, IssuerUnreachable } from './fetch-json.ts'

/** Members of an issuer's metadata that the server uses. */
export interface Metadata {
  readonly jwksUri: string | null
  readonly introspectionEndpoint: string | null
  readonly tokenEndpoint: string | null
  readonly authorizationEndpoint: string | null
  readonly endSessionEndpoint: string | null
  readonly revocationEndpoint: string | null
  /** Whether authorization responses contain `iss` (RFC 9207). */
  readonly sendsIssuer: boolean
}

/**
 * Reads an issuer's metadata (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3). The `issuer` in the
 * metadata must equal the configured one exactly, and the URLs in the metadata must use https unless the URL of
 * the issuer uses http.
 *
 * @throws IssuerUnreachable
 */
export async function readMetadata(issuer: string, uri: string): Promise<Metadata> {
  const document = await fetchJson(uri)
  if (document['issuer'] !== issuer)
    throw new IssuerUnreachable(`${uri} is the metadata of another issuer than ${issuer}`)
  return {
    jwksUri: urlIn(document, 'jwks_uri', issuer),
    introspectionEndpoint: urlIn(document, 'introspection_endpoint', issuer),
    tokenEndpoint: urlIn(document, 'token_endpoint', issuer),
    authorizationEndpoint: urlIn(document, 'authorization_endpoint', issuer),
    endSessionEndpoint: urlIn(document, 'end_session_endpoint', issuer),
    revocationEndpoint: urlIn(document, 'revocation_endpoint', issuer),
    sendsIssuer: document['authorization_response_iss_parameter_supported'] === true,
  }
}

/**
 * Reads a URL from the metadata. Only an issuer on this machine may use http, because a remote issuer must not
 * direct requests to a local service.
 */
function urlIn(document: Readonly<Record<string, unknown>>, name: string, issuer: string): string | null {
  const url = document[name]
  if (url === undefined || url === null) return null
  const safe =
    typeof url === 'string' && isSecureUrl(url) && (url.startsWith('https:') || issuer.startsWith('http:'))
  if (!safe) throw new IssuerUnreachable(`The ${name} of ${issuer} is not an https URL`)
  return url
}
