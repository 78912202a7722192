import { clientAlgorithms } from '../identity/client-key.ts'
import type { OpenOperation } from '../http/open-operation.ts'
import type { Answer } from '../http/operation.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { publicKeys } from '../keys/public-keys.ts'

export interface DiscoveryParts {
  /** The configured public URL, without trailing slash: never what a request says of itself. */
  readonly issuer: string
  readonly ring: KeyRing
  /** `grant_type`s that the token endpoint takes. */
  readonly grantTypes: readonly string[]
  /** Other issuers whose tokens are taken here. */
  readonly issuers: readonly string[]
}

/** Seconds. A key is published at least so long before it signs: no longer than `promoteKey` waits. */
const keysMaxAge = 60
const documentMaxAge = 3_600

/**
 * What others must know to trust tokens of this server: as an OpenID provider (OpenID Connect Discovery 1.0 section 4,
 * as far as it applies to a server that issues tokens and logs nobody in), as an authorization server (RFC 8414), the
 * public keys (RFC 7517), and, as a protected resource, whose tokens open it (RFC 9728). Nothing in it is secret.
 */
export function discoveryOperations({ issuer, ring, grantTypes, issuers }: DiscoveryParts): OpenOperation[] {
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
    // There is no authorization endpoint.
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

/** More than this many schemes are not read (`spec/rest-auth-extension.md`). */
const maxSchemes = 16

/**
 * How clients may authenticate, as far as this server can say (`spec/rest-auth-extension.md`): with a token of one of
 * its issuers, its own first, or with one that they have already. What another issuer has to be asked for is agreed
 * with that one.
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

/** Where RFC 9728 section 3.1 has the document: the challenge of every 401 points there. */
export function resourceMetadataUrl(publicUrl: string): string {
  return `${new URL(publicUrl).origin}${resourceMetadataPath}${pathOf(publicUrl)}`
}

/**
 * Where a document is asked for, as this server sees the path behind a proxy that takes the path of the public URL away:
 * below the public URL (OpenID Connect Discovery section 4.1), and for a public URL with a path also between the host and
 * that path (RFC 8414 section 3.1, RFC 9728 section 3.1), if the proxy passes that on.
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
  const open = (): Promise<Answer> =>
    Promise.resolve({ status: 200, headers, body: JSON.stringify(content()) })
  return { id, method: 'GET', path, open }
}
