import { decodeClaims } from './keycloak.ts'
import { idClaim, partner, partnerIssuer } from './partner-realm.ts'
import type { ScenarioContext } from './scenarios.ts'

/**
 * Checks identity chaining: people sign in at the realm `partner`, and the catalog sees them as users of the realm
 * `lakehouse`.
 */
export async function chained({ checks, keycloak, fixture }: ScenarioContext, secret: string): Promise<void> {
  await keycloak.admin('POST', '/identity-provider/instances', {
    alias: partner,
    providerId: 'oidc',
    enabled: true,
    config: {
      issuer: partnerIssuer(keycloak),
      tokenUrl: `${partnerIssuer(keycloak)}/protocol/openid-connect/token`,
      authorizationUrl: `${partnerIssuer(keycloak)}/protocol/openid-connect/auth`,
      jwksUrl: `${partnerIssuer(keycloak)}/protocol/openid-connect/certs`,
      validateSignature: 'true',
      useJwksUrl: 'true',
      clientId: 'unused',
      clientSecret: 'unused',
      jwtAuthorizationGrantEnabled: 'true',
      jwtAuthorizationGrantAssertionReuseAllowed: 'false',
      jwtAuthorizationGrantMaxAllowedAssertionExpiration: '600',
    },
  })
  const there = (await keycloak.signIn('alice', partner)).access
  const unknown = await fixture.exchange(there, { secret })
  checks.is(
    'chained: alice of partner is not known yet',
    [unknown.status, unknown.body['error']],
    [400, 'invalid_grant'],
  )
  const claims = decodeClaims(there)
  await keycloak.admin('POST', `/users/${String(claims[idClaim])}/federated-identity/${partner}`, {
    identityProvider: partner,
    userId: String(claims['sub']),
    userName: 'alice',
  })
  const again = (await keycloak.signIn('alice', partner)).access
  const reply = await fixture.exchange(again, { secret })
  checks.is('linked, her token of partner is worth one, in two steps', reply.status, 200)
  const token = String(reply.body['access_token'])
  checks.is('as the user of lakehouse', decodeClaims(token)['sub_issuer'], keycloak.issuer)
  checks.is('who sees what she sees', await fixture.load(token, 'sales.orders'), 200)
}
