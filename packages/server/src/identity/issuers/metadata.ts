import { isSecureUrl } from '../../loopback.ts'
import { fetchJson, IssuerUnreachable } from './fetch-json.ts'

/** What an issuer says of itself, as far as it is of use here. */
export interface Metadata {
  readonly jwksUri: string | null
  readonly introspectionEndpoint: string | null
  readonly tokenEndpoint: string | null
}

/**
 * Reads an issuer's metadata (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3). The issuer in it must be the
 * configured one, letter by letter, and whatever it points to must be as safe to ask as the issuer itself.
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

/** Http is for an issuer on this machine alone: one elsewhere must not send us to a service here. */
function urlIn(document: Readonly<Record<string, unknown>>, name: string, issuer: string): string | null {
  const url = document[name]
  if (url === undefined || url === null) return null
  const safe =
    typeof url === 'string' && isSecureUrl(url) && (url.startsWith('https:') || issuer.startsWith('http:'))
  if (!safe) throw new IssuerUnreachable(`The ${name} of ${issuer} is no https URL`)
  return url
}
