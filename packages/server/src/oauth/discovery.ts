import { clientAlgorithms } from '../identity/client-key.ts'
import type { OpenOperation } from '../operation/open-operation.ts'
import type { Response } from '../operation/operation.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { publicKeys } from '../keys/public-keys.ts'

export interface DiscoveryDeps {
  /** The configured public URL, without trailing slash; never taken from a request. */
  readonly issuer: string
  readonly ring: KeyRing
  /** `grant_type`s of the token endpoint. */
  readonly grantTypes: readonly string[]
  /** Other issuers whose tokens the server accepts. */
  readonly issuers: readonly string[]
}

/** Seconds. A key is published at least this long before it signs, which is at most as long as `promoteKey` waits. */
const keysMaxAge = 60
const documentMaxAge = 3_600

/**
 * Serves the metadata with which others verify tokens of this server. As an OpenID provider: OpenID Connect Discovery 1.0
 * section 4, without sign-in, which this server does not have. As an authorization server: RFC 8414. Its public keys:
 * RFC 7517. As a protected resource: the issuers that it accepts, RFC 9728. Nothing in it is secret.
 */
export function discoveryOperations({ issuer, ring, grantTypes, issuers }: DiscoveryDeps): OpenOperation[] {
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
    // The server has no authorization endpoint.
    response_types_supported: [],
  }
  const resource = {
    resource: issuer,
    authorization_servers: [issuer, ...issuers],
    bearer_methods_supported: ['header'],
    scopes_supported: ['catalog'],
    resource_name: 'Headgate',
    rest_auth: declaredSchemes(issuer, issuers),
  }
  const documents = [
    ['getResourceMetadata', resourceMetadataPath, resource],
    ['getOpenidConfiguration', '/.well-known/openid-configuration', provider],
    ['getServerMetadata', '/.well-known/oauth-authorization-server', server],
  ] as const
  return [
    ...documents.flatMap(([id, path, content]) =>
      placesOf(path, issuer).map((place) => document(id, place, documentMaxAge, () => content)),
    ),
    document('getPublicKeys', keysPath, keysMaxAge, () => ({ keys: publicKeys(ring, 'session-token') })),
  ]
}

/** Maximum number of schemes that clients read (`spec/rest-auth-extension.md`). */
const maxSchemes = 16

/**
 * Returns the ways in which clients may authenticate (`spec/rest-auth-extension.md`): with a token of one of the accepted
 * issuers, this server's own first, or with a token that they already have. The parameters of a request to another issuer
 * are defined by that issuer.
 */
function declaredSchemes(issuer: string, others: readonly string[]): object {
  const bearer = { name: 'BearerAuth', type: 'bearer' }
  const own = { name: 'OAuth2', type: 'oauth2', parameters: { 'issuer-url': issuer, scope: 'catalog' } }
  const further = others.map((each) => ({
    name: 'OAuth2',
    type: 'oauth2',
    parameters: { 'issuer-url': each },
  }))
  return { version: 1, schemes: [own, ...further.slice(0, maxSchemes - 2), bearer] }
}

const resourceMetadataPath = '/.well-known/oauth-protected-resource'
const keysPath = '/.well-known/jwks.json'

/** Returns the address of the document by RFC 9728 section 3.1; the challenge of every 401 contains it. */
export function resourceMetadataUrl(publicUrl: string): string {
  return `${new URL(publicUrl).origin}${resourceMetadataPath}${pathOf(publicUrl)}`
}

/**
 * Returns the paths of a document, as this server sees them behind a proxy that removes the path of the public URL. One is
 * below the public URL (OpenID Connect Discovery section 4.1). For a public URL with a path, another one is between the
 * host and that path (RFC 8414 section 3.1, RFC 9728 section 3.1), if the proxy forwards it.
 */
function placesOf(path: string, publicUrl: string): string[] {
  const behind = pathOf(publicUrl)
  return behind === '' ? [path] : [path, `${path}${behind}`]
}

function pathOf(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/+$/, '')
}

function document(id: string, path: string, maxAge: number, content: () => object): OpenOperation {
  const headers = { 'content-type': 'application/json', 'cache-control': `public, max-age=${maxAge}` }
  const open = (): Promise<Response> =>
    Promise.resolve({ status: 200, headers, body: JSON.stringify(content()) })
  return { id, method: 'GET', path, open }
}
