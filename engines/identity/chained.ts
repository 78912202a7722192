import { claimsOf } from './keycloak.ts'
import { idClaim, partner, partnerIssuer } from './partner-realm.ts'
import type { World } from './scenes.ts'

/** Identity chaining: people sign in at the realm `partner`, and are users of the realm `lakehouse` to the catalog. */
export async function chained({ checks, keycloak, lake }: World, secret: string): Promise<void> {
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
  const unknown = await lake.exchange(there, { secret })
  checks.is(
    'chained: alice of partner is nobody yet',
    [unknown.status, unknown.body['error']],
    [400, 'invalid_grant'],
  )
  const claims = claimsOf(there)
  await keycloak.admin('POST', `/users/${String(claims[idClaim])}/federated-identity/${partner}`, {
    identityProvider: partner,
    userId: String(claims['sub']),
    userName: 'alice',
  })
  const again = (await keycloak.signIn('alice', partner)).access
  const reply = await lake.exchange(again, { secret })
  checks.is('linked, her token of partner is worth one, in two steps', reply.status, 200)
  const token = String(reply.body['access_token'])
  checks.is('as the user of lakehouse', claimsOf(token)['sub_issuer'], keycloak.issuer)
  checks.is('who sees what she sees', await lake.load(token, 'sales.orders'), 200)
}
