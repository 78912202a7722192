import type { Keycloak } from '../../conformance/lib/keycloak.ts'

/** Name of the second Keycloak realm, whose users also exist in the realm `lakehouse`. */
export const partner = 'partner'
/** Claim in tokens of the realm `partner` with the id of the same user in the realm `lakehouse`. */
export const idClaim = 'lakehouse_id'

export function partnerIssuer({ origin }: Keycloak): string {
  return `${origin}/realms/${partner}`
}

/**
 * Returns the definition of the Keycloak realm `partner`. Headgate is a client of this realm: it authenticates with a
 * key, and receives tokens whose audience is the realm `lakehouse`.
 */
export function partnerRealm(
  keycloak: Keycloak,
  partnerKey: Readonly<Record<string, unknown>>,
  alice: string,
): object {
  return {
    realm: partner,
    enabled: true,
    sslRequired: 'none',
    clients: [
      {
        clientId: 'app',
        secret: 'app-secret',
        publicClient: false,
        standardFlowEnabled: false,
        directAccessGrantsEnabled: true,
        protocolMappers: [
          audience({ 'included.client.audience': 'headgate' }),
          {
            name: idClaim,
            protocol: 'openid-connect',
            protocolMapper: 'oidc-usermodel-attribute-mapper',
            config: { 'user.attribute': idClaim, 'claim.name': idClaim, 'access.token.claim': 'true' },
          },
        ],
      },
      {
        clientId: 'headgate',
        publicClient: false,
        clientAuthenticatorType: 'client-jwt',
        standardFlowEnabled: false,
        fullScopeAllowed: false,
        attributes: {
          'standard.token.exchange.enabled': 'true',
          'use.jwks.string': 'true',
          'jwks.string': JSON.stringify({ keys: [partnerKey] }),
          'token.endpoint.auth.signing.alg': 'RS256',
        },
        protocolMappers: [audience({ 'included.custom.audience': keycloak.issuer })],
      },
    ],
    components: {
      'org.keycloak.userprofile.UserProfileProvider': [
        {
          providerId: 'declarative-user-profile',
          config: { 'kc.user.profile.config': [JSON.stringify(userProfile)] },
        },
      ],
    },
    users: [
      {
        username: 'alice',
        attributes: { [idClaim]: [alice] },
        enabled: true,
        emailVerified: true,
        email: 'alice@partner.test',
        firstName: 'Alice',
        lastName: 'Partner',
        credentials: [{ type: 'password', value: 'alice-pw', temporary: false }],
      },
    ],
  }
}

/** User profile settings that allow attributes which the profile does not declare. */
const userProfile = {
  unmanagedAttributePolicy: 'ENABLED',
  attributes: ['username', 'email', 'firstName', 'lastName'].map((name) => ({ name })),
}

function audience(config: object): object {
  return {
    name: 'audience',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { ...config, 'access.token.claim': 'true', 'id.token.claim': 'false' },
  }
}
