import type { KeyObject } from 'node:crypto'

export const SECRET = 'a secret: with/odd+characters'
export const TOKEN_SECONDS = 6

/** Issuer identifier of a partner company, which signs assertions about its users. */
export const PARTNER = 'https://login.partner.example'
/** Subject of the user Alice in assertions of the partner company. */
export const ALICE_AT_PARTNER = 'alice-at-partner'

interface Client {
  readonly clientId: string
  readonly [setting: string]: unknown
}

/**
 * Returns the definition of a Keycloak realm with one user, and with clients for an engine that exchanges tokens, for
 * a catalog and for interactive tools.
 */
export function realm(
  publicJwk: object,
  partner: { readonly kid: string; readonly publicKey: KeyObject },
): {
  readonly realm: string
  readonly clients: readonly Client[]
  readonly [setting: string]: unknown
} {
  return {
    realm: 'acme',
    enabled: true,
    sslRequired: 'none',
    accessTokenLifespan: TOKEN_SECONDS,
    revokeRefreshToken: true,
    users: [
      {
        username: 'alice',
        enabled: true,
        email: 'alice@acme.example',
        emailVerified: true,
        firstName: 'Alice',
        lastName: 'Liddell',
        credentials: [{ type: 'password', value: 'alice-pw', temporary: false }],
        federatedIdentities: [{ identityProvider: 'partner', userId: ALICE_AT_PARTNER, userName: 'alice' }],
      },
    ],
    identityProviders: [
      {
        alias: 'partner',
        providerId: 'oidc',
        enabled: true,
        config: {
          issuer: PARTNER,
          authorizationUrl: `${PARTNER}/auth`,
          tokenUrl: `${PARTNER}/token`,
          clientId: 'acme',
          clientSecret: 'nobody asks',
          validateSignature: 'true',
          useJwksUrl: 'false',
          publicKeySignatureVerifier: partner.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
          publicKeySignatureVerifierKeyId: partner.kid,
          jwtAuthorizationGrantEnabled: 'true',
          jwtAuthorizationGrantAssertionReuseAllowed: 'false',
          jwtAuthorizationGrantMaxAllowedAssertionExpiration: '300',
        },
      },
    ],
    clientScopes: [
      audienceScope('for-trino', 'trino'),
      audienceScope('lakehouse', 'lakehouse'),
      {
        name: 'basic',
        protocol: 'openid-connect',
        attributes: { 'include.in.token.scope': 'false' },
        protocolMappers: [
          {
            name: 'sub',
            protocol: 'openid-connect',
            protocolMapper: 'oidc-sub-mapper',
            config: { 'access.token.claim': 'true', 'introspection.token.claim': 'true' },
          },
        ],
      },
      { name: 'acr', protocol: 'openid-connect', attributes: { 'include.in.token.scope': 'false' } },
      { name: 'roles', protocol: 'openid-connect', attributes: { 'include.in.token.scope': 'false' } },
      { name: 'offline_access', protocol: 'openid-connect' },
    ],
    clients: [
      service('basic'),
      service('mac', { clientAuthenticatorType: 'client-secret-jwt' }),
      service('signing', {
        clientAuthenticatorType: 'client-jwt',
        attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys: [publicJwk] }) },
      }),
      service('bound', { attributes: { 'dpop.bound.access.tokens': 'true' } }),
      service('trino', {
        attributes: {
          'standard.token.exchange.enabled': 'true',
          'oauth2.jwt.authorization.grant.enabled': 'true',
          'oauth2.jwt.authorization.grant.idp': 'partner',
        },
        optionalClientScopes: ['lakehouse'],
      }),
      service('lakehouse'),
      people('tool', {}),
      people('careful-tool', { 'dpop.bound.access.tokens': 'true' }),
    ],
  }
}

function audienceScope(name: string, audience: string): object {
  return {
    name,
    protocol: 'openid-connect',
    attributes: { 'include.in.token.scope': 'true' },
    protocolMappers: [
      {
        name: 'audience',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { 'included.client.audience': audience, 'access.token.claim': 'true' },
      },
    ],
  }
}

function service(clientId: string, more: object = {}): Client {
  return {
    clientId,
    secret: SECRET,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    clientAuthenticatorType: 'client-secret',
    defaultClientScopes: ['basic', 'acr', 'roles'],
    ...more,
  }
}

function people(clientId: string, attributes: object): Client {
  return {
    clientId,
    publicClient: true,
    standardFlowEnabled: true,
    redirectUris: ['http://127.0.0.1/*'],
    attributes: { 'oauth2.device.authorization.grant.enabled': 'true', ...attributes },
    defaultClientScopes: ['basic', 'acr', 'for-trino'],
    optionalClientScopes: ['offline_access'],
  }
}
