import { clientAlgorithms } from '../identity/client-key.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Response } from '../operation/operation.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { publicKeys } from '../keys/public-keys.ts'

export interface DiscoveryDeps {
  /** The configured public URL, without trailing slash. The server never derives it from a request. */
  readonly issuer: string
  readonly ring: KeyRing
  /** `grant_type`s of the token endpoint. */
  readonly grantTypes: readonly string[]
  /** Other issuers whose tokens the server accepts. */
  readonly issuers: readonly string[]
  /** Services and regions that signatures of requests may contain. No regions: all regions. */
  readonly sigV4: { readonly services: readonly string[]; readonly regions: readonly string[] }
}

/**
 * Time in seconds for which clients may cache the JWKS document. `promoteKey` requires at least this age of a key, so
 * that clients can load the key before the server signs with it.
 */
const keysMaxAge = 60
const documentMaxAge = 3_600

/**
 * Returns the operations that serve the discovery documents of this server: the OpenID configuration (OpenID
 * Connect Discovery 1.0 section 4, without an authorization endpoint), the authorization server metadata (RFC
 * 8414), the public keys (RFC 7517), and the resource metadata with the accepted issuers (RFC 9728). The
 * documents contain no secrets.
 */
export function discoveryOperations(deps: DiscoveryDeps): OpenOperation[] {
  const { issuer, ring, grantTypes, issuers } = deps
  const common = { issuer, jwks_uri: `${issuer}${keysPath}` }
  const provider = {
    ...common,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'name', 'act'],
  }
  const server = {
    ...common,
    token_endpoint: `${issuer}/oauth/token`,
    grant_types_supported: grantTypes,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: clientAlgorithms,
    scopes_supported: ['catalog'],
    // RFC 8414 requires the member. It is empty, because the server has no authorization endpoint.
    response_types_supported: [],
  }
  const resource = {
    resource: issuer,
    authorization_servers: [issuer, ...issuers],
    bearer_methods_supported: ['header'],
    scopes_supported: ['catalog'],
    resource_name: 'Headgate',
    rest_auth: declaredSchemes(deps),
  }
  const documents = [
    ['getResourceMetadata', resourceMetadataPath, resource],
    ['getOpenidConfiguration', '/.well-known/openid-configuration', provider],
    ['getServerMetadata', '/.well-known/oauth-authorization-server', server],
  ] as const
  return [
    ...documents.flatMap(([id, path, content]) =>
      listDocumentPaths(path, issuer).map((place) => document(id, place, documentMaxAge, () => content)),
    ),
    document('getPublicKeys', keysPath, keysMaxAge, () => ({ keys: publicKeys(ring, 'session-token') })),
  ]
}

/**
 * Maximum number of authentication schemes that a client reads from the resource metadata
 * (`spec/rest-auth-extension.md`).
 */
const maxSchemes = 16

/**
 * Returns the authentication schemes for clients (`spec/rest-auth-extension.md`): one OAuth2 scheme for this server,
 * one for each other accepted issuer, the scheme for clients that already have a token, and the scheme for clients that
 * sign their requests. The schemes of other issuers contain only the issuer URL, because each issuer defines its own
 * parameters for token requests.
 */
function declaredSchemes({ issuer, issuers: others, sigV4 }: DiscoveryDeps): object {
  const bearer = { name: 'BearerAuth', type: 'bearer' }
  const [service] = sigV4.services
  const [region] = sigV4.regions
  const parameters = { service, ...(region === undefined ? {} : { region }) }
  const signed = service === undefined ? [] : [{ name: 'SigV4', type: 'sigv4', parameters }]
  const own = { name: 'OAuth2', type: 'oauth2', parameters: { 'issuer-url': issuer, scope: 'catalog' } }
  const further = others.map((each) => ({
    name: 'OAuth2',
    type: 'oauth2',
    parameters: { 'issuer-url': each },
  }))
  return { version: 1, schemes: [own, ...further.slice(0, maxSchemes - 3), bearer, ...signed] }
}

const resourceMetadataPath = '/.well-known/oauth-protected-resource'
const keysPath = '/.well-known/jwks.json'

/**
 * Returns the URL of the resource metadata (RFC 9728 section 3.1). The `WWW-Authenticate` header of every 401
 * response contains this URL.
 */
export function resourceMetadataUrl(publicUrl: string): string {
  return `${new URL(publicUrl).origin}${resourceMetadataPath}${readBasePath(publicUrl)}`
}

/**
 * Returns the request paths at which this server serves a discovery document. The proxy in front of the
 * server removes the path of the public URL, so the first path stands for the URL below the public URL
 * (OpenID Connect Discovery section 4.1). If the public URL has a path, the second path is that of RFC 8414
 * section 3.1 and RFC 9728 section 3.1: `/.well-known/…` followed by the path of the public URL. The proxy
 * must forward it unchanged.
 */
function listDocumentPaths(path: string, publicUrl: string): string[] {
  const behind = readBasePath(publicUrl)
  return behind === '' ? [path] : [path, `${path}${behind}`]
}

/** Returns the path of the public URL, without trailing slash. */
export function readBasePath(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/+$/, '')
}

function document(id: string, path: string, maxAge: number, content: () => object): OpenOperation {
  const headers = { 'content-type': 'application/json', 'cache-control': `public, max-age=${maxAge}` }
  const open = (): Promise<Response> =>
    Promise.resolve({ status: 200, headers, body: JSON.stringify(content()) })
  return { id, method: 'GET', path, open }
}
