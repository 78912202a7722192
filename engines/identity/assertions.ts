import { randomUUID } from 'node:crypto'
import type { Issuer } from '../../conformance/lib/issuer.ts'
import { inSeconds, makeKey, signJwt } from '../../conformance/lib/jwt.ts'
import { claimsOf } from './keycloak.ts'
import { sees, type World } from './scenes.ts'

/** What the engine calls alice, who is linked to the user of Keycloak. */
const nameAtEngine = 'cn=alice,ou=people'

/**
 * Assertions (RFC 7523) both ways: the engine asserts its user to Keycloak, whose token is the bearer, and to Headgate, by
 * its own signature and by a token of Keycloak.
 *
 * @param engine signs what the engine says to Keycloak, which reads its keys
 * @param secret of `trino` at Headgate
 */
export async function enginesAssert(world: World, engine: Issuer, secret: string): Promise<void> {
  const { checks, keycloak, lake } = world
  const alice = (await keycloak.signIn('alice')).access
  const sub = String(claimsOf(alice)['sub'])
  await linkAtKeycloak(world, engine, sub)
  const says = (claims: Readonly<Record<string, unknown>> = {}): string =>
    engine.sign({ sub: nameAtEngine, aud: keycloak.issuer, exp: inSeconds(60), ...claims }, { typ: 'JWT' })
  const assertion = says()
  const given = await keycloak.assert(assertion)
  checks.is('trino asserts alice to Keycloak', given.status, 200)
  const claims = claimsOf(given.token)
  checks.is('which gives it a token of hers', [claims['sub'], claims['azp']], [sub, 'trino'])
  checks.is('that opens what she may see', await sees(world, given.token), [200, 404])
  checks.is('once', (await keycloak.assert(assertion)).status, 400)
  checks.is('and of nobody who is not linked', (await keycloak.assert(says({ sub: 'cn=eve' }))).status, 400)
  checks.is(
    'what Keycloak takes is no assertion here',
    (await lake.assert(says({ aud: lake.origin }), secret)).status,
    400,
  )

  const onBehalf = await lake.assert(alice, secret)
  checks.is('on behalf of alice, by her token of Keycloak, it gets one of Headgate', onBehalf.status, 200)
  const token = String(onBehalf.body['access_token'])
  checks.is('of her', [claimsOf(token)['sub'], actor(token)], [sub, 'trino'])
  checks.is('with her rights', await sees(world, token), [200, 404])
  checks.is('not without proving itself', (await lake.assert(alice)).status, 401)

  const key = makeKey()
  await lake.manage('POST', '/principals/trino/keys', { jwk: key.jwk })
  await lake.manage('PATCH', '/engines/trino', { assertions: true, namesIssuer: keycloak.issuer })
  const own = (user: string): string =>
    signJwt(key, {
      iss: 'trino',
      sub: user,
      aud: lake.origin,
      iat: inSeconds(0),
      exp: inSeconds(60),
      jti: randomUUID(),
      auth_method: 'ldap',
      query_id: 'q-1',
    })
  const signed = await lake.assert(own('alice'))
  checks.is('by its own signature it names alice by her login', signed.status, 200)
  const named = String(signed.body['access_token'])
  checks.is('who is the same', [claimsOf(named)['sub'], actor(named)], [sub, 'trino'])
  checks.is('with the same rights', await sees(world, named), [200, 404])
  checks.is('and nobody who never came', (await lake.assert(own('eve'))).status, 400)
}

/** Keycloak knows the engine as an identity provider, and which user is whom there. */
async function linkAtKeycloak({ keycloak }: World, engine: Issuer, user: string): Promise<void> {
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
  return (claimsOf(token)['act'] as { sub?: unknown } | undefined)?.sub
}
