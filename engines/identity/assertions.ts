import { randomUUID } from 'node:crypto'
import type { Issuer } from '../../conformance/lib/issuer.ts'
import { inSeconds, makeKey, signJwt } from '../../conformance/lib/jwt.ts'
import { decodeClaims } from './keycloak.ts'
import { sees, type ScenarioContext } from './scenarios.ts'

/** Name of alice at the engine, which is linked to the user of Keycloak. */
const nameAtEngine = 'cn=alice,ou=people'

/**
 * Checks assertions (RFC 7523) at both servers: the engine asserts its user to Keycloak, whose token is the bearer,
 * and to Headgate, by its own signature and by a token of Keycloak.
 *
 * @param engine issuer that signs the assertions for Keycloak, which reads its keys
 * @param secret secret of `trino` at Headgate
 */
export async function enginesAssert(context: ScenarioContext, engine: Issuer, secret: string): Promise<void> {
  const { checks, keycloak, fixture } = context
  const alice = (await keycloak.signIn('alice')).access
  const sub = String(decodeClaims(alice)['sub'])
  await linkAtKeycloak(context, engine, sub)
  const says = (claims: Readonly<Record<string, unknown>> = {}): string =>
    engine.sign({ sub: nameAtEngine, aud: keycloak.issuer, exp: inSeconds(60), ...claims }, { typ: 'JWT' })
  const assertion = says()
  const given = await keycloak.assert(assertion)
  checks.is('trino asserts alice to Keycloak', given.status, 200)
  const claims = decodeClaims(given.token)
  checks.is('which issues a token of hers to it', [claims['sub'], claims['azp']], [sub, 'trino'])
  checks.is('that opens what she may see', await sees(context, given.token), [200, 404])
  checks.is('once', (await keycloak.assert(assertion)).status, 400)
  checks.is('and of no user who is not linked', (await keycloak.assert(says({ sub: 'cn=eve' }))).status, 400)
  checks.is(
    'an assertion for Keycloak is refused by Headgate',
    (await fixture.assert(says({ aud: fixture.origin }), secret)).status,
    400,
  )

  const onBehalf = await fixture.assert(alice, secret)
  checks.is('on behalf of alice, by her token of Keycloak, it gets one of Headgate', onBehalf.status, 200)
  const token = String(onBehalf.body['access_token'])
  checks.is('of her', [decodeClaims(token)['sub'], actor(token)], [sub, 'trino'])
  checks.is('with her rights', await sees(context, token), [200, 404])
  checks.is('not without proving itself', (await fixture.assert(alice)).status, 401)

  const key = makeKey()
  await fixture.manage('POST', '/principals/trino/keys', { jwk: key.jwk })
  await fixture.manage('PATCH', '/engines/trino', { assertions: true, namesIssuer: keycloak.issuer })
  const own = (user: string): string =>
    signJwt(key, {
      iss: 'trino',
      sub: user,
      aud: fixture.origin,
      iat: inSeconds(0),
      exp: inSeconds(60),
      jti: randomUUID(),
      auth_method: 'ldap',
      query_id: 'q-1',
    })
  const signed = await fixture.assert(own('alice'))
  checks.is('by its own signature it names alice by her login', signed.status, 200)
  const named = String(signed.body['access_token'])
  checks.is('who is the same', [decodeClaims(named)['sub'], actor(named)], [sub, 'trino'])
  checks.is('with the same rights', await sees(context, named), [200, 404])
  checks.is('and no unknown user', (await fixture.assert(own('eve'))).status, 400)
}

/** Registers the engine as an identity provider at Keycloak, and links the user. */
async function linkAtKeycloak({ keycloak }: ScenarioContext, engine: Issuer, user: string): Promise<void> {
  const unused = `${engine.issuer}/unused`
  await keycloak.admin('POST', '/identity-provider/instances', {
    alias: 'engine',
    providerId: 'oidc',
    enabled: true,
    config: {
      issuer: engine.issuer,
      tokenUrl: unused,
      authorizationUrl: unused,
      jwksUrl: `${engine.issuer}/jwks`,
      validateSignature: 'true',
      useJwksUrl: 'true',
      clientId: 'unused',
      clientSecret: 'unused',
      jwtAuthorizationGrantEnabled: 'true',
      jwtAuthorizationGrantAssertionReuseAllowed: 'false',
      jwtAuthorizationGrantMaxAllowedAssertionExpiration: '600',
    },
  })
  await keycloak.admin('POST', `/users/${user}/federated-identity/engine`, {
    identityProvider: 'engine',
    userId: nameAtEngine,
    userName: nameAtEngine,
  })
}

function actor(token: string): unknown {
  return (decodeClaims(token)['act'] as { sub?: unknown } | undefined)?.sub
}
