import { isSecureUrl } from '../../secure-url.ts'
import { fetchJson, IssuerUnreachable } from './fetch-json.ts'

/** Metadata of an issuer, as far as the server uses them. */
export interface Metadata {
  readonly jwksUri: string | null
  readonly introspectionEndpoint: string | null
  readonly tokenEndpoint: string | null
}

/**
 * Reads an issuer's metadata (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3). Their issuer must equal the
 * configured one exactly, and their URLs must be as safe to request as the issuer itself.
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
  }
}

/** Reads a URL. HTTP is only for an issuer on this machine: a remote issuer must not direct requests to a local service. */
function urlIn(document: Readonly<Record<string, unknown>>, name: string, issuer: string): string | null {
  const url = document[name]
  if (url === undefined || url === null) return null
  const safe =
    typeof url === 'string' && isSecureUrl(url) && (url.startsWith('https:') || issuer.startsWith('http:'))
  if (!safe) throw new IssuerUnreachable(`The ${name} of ${issuer} is not an https URL`)
  return url
}
