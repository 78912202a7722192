import { decodeClaims } from '../../conformance/lib/keycloak.ts'
import { idClaim, partner, partnerIssuer } from './partner-realm.ts'
import type { ScenarioContext } from './scenarios.ts'

/**
 * Checks identity chaining: a user signs in at the Keycloak realm `partner`, and Headgate identifies the user as the
 * same person in the realm `lakehouse`.
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
    'Headgate refuses to exchange a token of partner for a user who is not linked in lakehouse',
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
  checks.is(
    'Headgate exchanges the token of partner after the user is linked in lakehouse',
    reply.status,
    200,
  )
  const token = String(reply.body['access_token'])
  checks.is(
    'the token of Headgate is for the user of lakehouse',
    decodeClaims(token)['sub_issuer'],
    keycloak.issuer,
  )
  checks.is(
    'the token of Headgate has the rights of the user of lakehouse',
    await fixture.load(token, 'sales.orders'),
    200,
  )
}
