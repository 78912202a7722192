import { randomUUID } from 'node:crypto'
import type { Issuer } from '../../conformance/lib/issuer.ts'
import { inSeconds, makeKey, signJwt } from '../../conformance/lib/jwt.ts'
import { decodeClaims } from '../../conformance/lib/keycloak.ts'
import { sees, type ScenarioContext } from './scenarios.ts'

/** Subject of the user alice in assertions of the engine. Keycloak links it to its own user alice. */
const nameAtEngine = 'cn=alice,ou=people'

/**
 * Checks assertions (RFC 7523) at Keycloak and at Headgate. At Keycloak, the engine sends an assertion about its user,
 * and uses the issued token as a bearer token. At Headgate, the engine sends a token of Keycloak or a JWT that the
 * engine signed as the assertion.
 *
 * @param engine issuer that signs the assertions for Keycloak; Keycloak reads its keys
 * @param secret client secret of `trino` at Headgate
 */
export async function enginesAssert(context: ScenarioContext, engine: Issuer, secret: string): Promise<void> {
  const { checks, keycloak, fixture } = context
  const alice = (await keycloak.signIn('alice')).access
  const sub = String(decodeClaims(alice)['sub'])
  await linkAtKeycloak(context, engine, sub)
  const says = (claims: Readonly<Record<string, unknown>> = {}): string =>
    engine.sign({ sub: nameAtEngine, aud: keycloak.issuer, exp: inSeconds(60), ...claims }, { typ: 'JWT' })
  const assertion = says()
  const issued = await keycloak.assert(assertion)
  checks.is('Keycloak accepts an assertion of trino for alice', issued.status, 200)
  const claims = decodeClaims(issued.token)
  checks.is(
    'Keycloak issues a token of alice to trino for the assertion',
    [claims['sub'], claims['azp']],
    [sub, 'trino'],
  )
  checks.is(
    'the token that Keycloak issued for the assertion has the rights of alice',
    await sees(context, issued.token),
    [200, 404],
  )
  checks.is(
    'Keycloak refuses an assertion that was used before',
    (await keycloak.assert(assertion)).status,
    400,
  )
  checks.is(
    'Keycloak refuses an assertion for a user who is not linked',
    (await keycloak.assert(says({ sub: 'cn=eve' }))).status,
    400,
  )
  checks.is(
    'an assertion for Keycloak is refused by Headgate',
    (await fixture.assert(says({ aud: fixture.origin }), secret)).status,
    400,
  )

  const onBehalf = await fixture.assert(alice, secret)
  checks.is(
    'Headgate issues a token for the assertion grant with a token of alice from Keycloak',
    onBehalf.status,
    200,
  )
  const token = String(onBehalf.body['access_token'])
  checks.is(
    'the token of Headgate is for alice, and trino is its actor',
    [decodeClaims(token)['sub'], actor(token)],
    [sub, 'trino'],
  )
  checks.is('the token of Headgate has the rights of alice', await sees(context, token), [200, 404])
  checks.is(
    'Headgate refuses the assertion grant if trino does not authenticate',
    (await fixture.assert(alice)).status,
    401,
  )

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
  checks.is(
    'Headgate accepts an assertion that trino signed and that names alice by her login name',
    signed.status,
    200,
  )
  const named = String(signed.body['access_token'])
  checks.is(
    'the token for that assertion is for the same user, and trino is its actor',
    [decodeClaims(named)['sub'], actor(named)],
    [sub, 'trino'],
  )
  checks.is('the token for that assertion has the rights of alice', await sees(context, named), [200, 404])
  checks.is(
    'Headgate refuses an assertion that trino signed for an unknown user',
    (await fixture.assert(own('eve'))).status,
    400,
  )
}

/**
 * Registers the engine as an identity provider at Keycloak, and links the subject of its assertions to a user of
 * Keycloak.
 */
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
