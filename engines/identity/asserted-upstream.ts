import { join } from 'node:path'
import { authorizationHeaders } from '../../conformance/lib/access-token.ts'
import { startHeadgate, tokenUri } from '../../conformance/lib/headgate-server.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { decodeClaims } from '../../conformance/lib/keycloak.ts'
import type { ScenarioContext } from './scenarios.ts'
import { openWarehouseFixture, type WarehouseFixture } from './warehouse-fixture.ts'

const warehouse = 'onward'

/**
 * Checks an upstream warehouse that asserts its users to Keycloak (RFC 7523). Keycloak trusts the keys of this
 * warehouse and issues a token for each assertion. The upstream is the Headgate server of the context, which accepts
 * this token.
 */
export async function keycloakTrustsHeadgate(
  context: ScenarioContext,
  keeper: ProcessKeeper,
  folder: string,
): Promise<void> {
  const { checks, keycloak, fixture } = context
  const server = await startHeadgate(keeper, {
    dataDir: join(folder, 'asserting'),
    log: join(folder, 'asserting.log'),
  })
  const gate = await openWarehouseFixture(server)
  const { body: made } = await gate.manage('POST', '/warehouses', {
    name: warehouse,
    allowedLocations: ['s3://lakehouse'],
    upstream: {
      uri: fixture.origin,
      warehouse: 'lakehouse',
      credentials: 'none',
      identity: { mode: 'assert', audience: keycloak.issuer },
      auth: {
        'rest.auth.type': 'oauth2',
        'rest.auth.oauth2.token-endpoint': `${keycloak.issuer}/protocol/openid-connect/token`,
        'rest.auth.oauth2.grant-type': 'jwt-bearer',
        'rest.auth.oauth2.client-id': 'trino',
      },
      secrets: { 'rest.auth.oauth2.client-secret': 'trino-secret' },
    },
  })
  const alice = await newUser(gate, 'alice')
  const eve = await newUser(gate, 'eve')
  const sub = String(decodeClaims((await keycloak.signIn('alice')).access)['sub'])
  await trust(context, `${gate.origin}/assertions/${String(made['id'])}`, sub)
  const before = new Date().toISOString()
  checks.is(
    'alice loads a table with the token that Keycloak issues for her assertion',
    await load(gate, alice, 'sales'),
    200,
  )
  checks.is('the upstream decides with the rights of alice', await load(gate, alice, 'hr'), 404)
  checks.is('a user whom Keycloak does not know is refused', await load(gate, eve, 'sales'), 403)
  const seen = async (): Promise<unknown> => {
    const { body } = await fixture.manage('GET', `/audit?operation=loadTable&from=${before}`)
    const events = body['events'] as readonly {
      readonly principal: string
      readonly actors: readonly string[]
    }[]
    return events.some(({ principal, actors }) => principal.endsWith(`#${sub}`) && actors.includes('trino'))
  }
  await checks.becomes('the audit log of the upstream names alice', seen, true, 10_000)
  await gate.manage('PATCH', `/warehouses/${warehouse}`, {
    upstream: { identity: { mode: 'assert', audience: 'https://other.example' } },
  })
  checks.is('Keycloak refuses an assertion for another audience', await load(gate, alice, 'sales'), 403)
}

/** Registers the warehouse as an identity provider at Keycloak, and links its subject to the user. */
async function trust({ keycloak }: ScenarioContext, issuer: string, sub: string): Promise<void> {
  const unused = `${issuer}/unused`
  await keycloak.admin('POST', '/identity-provider/instances', {
    alias: 'asserting',
    providerId: 'oidc',
    enabled: true,
    config: {
      issuer,
      tokenUrl: unused,
      authorizationUrl: unused,
      jwksUrl: `${issuer}/jwks.json`,
      validateSignature: 'true',
      useJwksUrl: 'true',
      clientId: 'unused',
      clientSecret: 'unused',
      jwtAuthorizationGrantEnabled: 'true',
      jwtAuthorizationGrantAssertionReuseAllowed: 'false',
      jwtAuthorizationGrantMaxAllowedAssertionExpiration: '600',
    },
  })
  await keycloak.admin('POST', `/users/${sub}/federated-identity/asserting`, {
    identityProvider: 'asserting',
    userId: 'alice',
    userName: 'alice',
  })
  await keycloak.setClient('trino', { attributes: { 'oauth2.jwt.authorization.grant.idp': 'asserting' } })
}

/** Creates a user with all rights on the warehouse, and returns an access token of the user. */
async function newUser(gate: WarehouseFixture, name: string): Promise<string> {
  const { body } = await gate.manage('POST', '/principals', { name })
  const { clientId, clientSecret } = body['secret'] as {
    readonly clientId: string
    readonly clientSecret: string
  }
  await gate.manage('POST', '/grants', { privilege: 'manage', on: { warehouse }, to: { principal: name } })
  const { authorization = '' } = await authorizationHeaders({
    kind: 'credential',
    credential: `${clientId}:${clientSecret}`,
    scope: 'catalog',
    tokenUri: tokenUri(gate),
  })
  return authorization.replace('Bearer ', '')
}

/** Loads the table in a namespace through the upstream warehouse, and returns the HTTP status. */
async function load(gate: WarehouseFixture, token: string, namespace: 'sales' | 'hr'): Promise<number> {
  const table = namespace === 'sales' ? 'orders' : 'people'
  return (await gate.as(token, 'GET', `/v1/${warehouse}/namespaces/${namespace}/tables/${table}`)).status
}
