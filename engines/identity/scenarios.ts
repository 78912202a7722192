import { setTimeout as sleep } from 'node:timers/promises'
import type { Checks } from './checks.ts'
import { decodeClaims, type Keycloak } from '../../conformance/lib/keycloak.ts'
import type { WarehouseFixture } from './warehouse-fixture.ts'

/** Servers that the identity scenarios use, and the checks that they run. */
export interface ScenarioContext {
  readonly checks: Checks
  readonly keycloak: Keycloak
  readonly fixture: WarehouseFixture
}

const warehouse = 'lakehouse'
export const sales: object = { warehouse, namespace: ['sales'] }
const people = { warehouse, namespace: ['hr'] }

/** Loads the tables `sales.orders` and `hr.people` with a token. Returns the HTTP status of each response. */
export async function sees({ fixture }: ScenarioContext, token: string): Promise<readonly number[]> {
  return [await fixture.load(token, 'sales.orders'), await fixture.load(token, 'hr.people')]
}

export async function peopleSignIn(context: ScenarioContext): Promise<void> {
  const { checks, keycloak, fixture } = context
  const to = { group: `${keycloak.issuer}#finance` }
  await fixture.manage('POST', '/grants', { privilege: 'select', on: sales, to })
  const [alice, bob, mallory] = [
    await keycloak.signIn('alice'),
    await keycloak.signIn('bob'),
    await keycloak.signIn('mallory'),
  ]
  checks.is('bob may load no table before he has a grant', await sees(context, bob.access), [404, 404])
  const named = `${keycloak.issuer}#${String(decodeClaims(bob.access)['sub'])}`
  await fixture.manage('POST', '/grants', { privilege: 'modify', on: people, to: { principal: named } })
  checks.is('alice may load sales by a grant of her group', await sees(context, alice.access), [200, 404])
  await checks.becomes(
    'bob may load hr by his own grant',
    () => fixture.load(bob.access, 'hr.people'),
    200,
    5_000,
  )
  checks.is('bob may load no other table', await fixture.load(bob.access, 'sales.orders'), 404)
  checks.is('mallory may load no table', await sees(context, mallory.access), [404, 404])
  checks.is('an id_token is refused as an access token', await fixture.load(alice.id, 'sales.orders'), 401)
  checks.is(
    'a refresh token is refused as an access token',
    await fixture.load(alice.refresh, 'sales.orders'),
    401,
  )
  const stranger = await keycloak.serviceToken('stranger')
  checks.is('a token without the audience is refused', await fixture.load(stranger, 'sales.orders'), 401)
  const spark = await keycloak.serviceToken('spark')
  checks.is(
    'a token of a client that is not configured is refused',
    await fixture.load(spark, 'sales.orders'),
    401,
  )
  const header = (await fixture.as(spark, 'GET', '/v1/lakehouse/namespaces')).headers.get('www-authenticate')
  checks.is(
    'the reason is the azp of the token',
    /client \(azp\) that is not accepted/.test(header ?? ''),
    true,
  )
  const [head = '', , signature = ''] = alice.access.split('.')
  const forged = Buffer.from(JSON.stringify({ ...decodeClaims(alice.access), groups: ['hr', 'finance'] }))
  checks.is(
    'a changed token is refused',
    await fixture.load(`${head}.${forged.toString('base64url')}.${signature}`, 'sales.orders'),
    401,
  )
  const refused = await fixture.as(stranger, 'GET', '/v1/lakehouse/namespaces')
  const challenge = refused.headers.get('www-authenticate') ?? ''
  const where = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const metadata = (await (await fetch(where)).json()) as Record<string, unknown>
  checks.is(
    'the metadata to which a 401 refers contain the issuers of tokens',
    metadata['authorization_servers'],
    [fixture.origin, keycloak.issuer],
  )
}

/**
 * Checks that an engine exchanges tokens of its users for tokens of Headgate.
 *
 * @returns the client secret of the engine at Headgate
 */
export async function engineExchanges(context: ScenarioContext): Promise<string> {
  const { checks, keycloak, fixture } = context
  const { issuer } = keycloak
  const [alice, bob] = [await keycloak.signIn('alice'), await keycloak.signIn('bob')]
  const exchanged = await keycloak.exchange(alice.access)
  checks.is('Keycloak exchanges the token of alice for trino', exchanged.status, 200)
  checks.is(
    'the result has the azp trino and no act',
    [decodeClaims(exchanged.token)['azp'], decodeClaims(exchanged.token)['act'] ?? null],
    ['trino', null],
  )
  checks.is('an unregistered engine is refused', await fixture.load(exchanged.token, 'sales.orders'), 401)

  const secret = await fixture.registerTrino([issuer], { privileges: ['select'] })
  await checks.becomes(
    'alice may load sales through trino after its registration',
    () => fixture.load(exchanged.token, 'sales.orders'),
    200,
    5_000,
  )
  checks.is(
    'alice may load no further table through trino',
    await fixture.load(exchanged.token, 'hr.people'),
    404,
  )
  const bobs = await keycloak.exchange(bob.access)
  checks.is('bob may load hr and not sales through trino', await sees(context, bobs.token), [404, 200])
  const change = { updates: [{ action: 'set-properties', updates: { owner: 'bob' } }], requirements: [] }
  const path = '/v1/lakehouse/namespaces/hr/tables/people'
  checks.is(
    'bob may change his table without trino',
    (await fixture.as(bob.access, 'POST', path, change)).status,
    200,
  )
  checks.is(
    'bob may not change his table through trino, which may only read',
    (await fixture.as(bobs.token, 'POST', path, change)).status,
    403,
  )

  const direct = await fixture.exchange(alice.access, { secret })
  checks.is('Headgate exchanges the token of alice for trino', direct.status, 200)
  const token = String(direct.body['access_token'])
  checks.is('the token of Headgate has the same rights', await sees(context, token), [200, 404])
  const end = Number(decodeClaims(alice.access)['exp'])
  checks.is(
    'the token of Headgate does not outlive the token of alice',
    Number(decodeClaims(token)['exp']) <= end,
    true,
  )
  checks.is(
    'the exchange with another secret is refused',
    (await fixture.exchange(alice.access, { secret: 'wrong' })).status,
    401,
  )
  checks.is(
    'the exchange of an id_token is refused',
    (await fixture.exchange(alice.id, { secret })).status,
    400,
  )

  const service = await keycloak.serviceToken('trino')
  const subject = String(decodeClaims(service)['sub'])
  await fixture.manage('POST', '/principals/trino/federations', { issuer, subject })
  const byBearer = await fixture.exchange(alice.access, { bearer: service })
  checks.is('trino may authenticate the exchange with its token of Keycloak', byBearer.status, 200)
  checks.is(
    'the result is a token of alice',
    await sees(context, String(byBearer.body['access_token'])),
    [200, 404],
  )
  checks.is('trino may load no table without a user', await fixture.load(service, 'sales.orders'), 403)
  await inTheAudit(context, String(decodeClaims(alice.access)['sub']))
  return secret
}

async function inTheAudit({ checks, keycloak, fixture }: ScenarioContext, sub: string): Promise<void> {
  const principal = encodeURIComponent(`${keycloak.issuer}#${sub}`)
  const find = async (): Promise<boolean> => {
    const { body } = await fixture.manage('GET', `/audit?principal=${principal}&operation=getToken`)
    const events = body['events'] as { actors: string[] }[]
    return events.some(({ actors }) => actors.includes('trino'))
  }
  await checks.becomes('the audit event names alice and trino', find, true, 10_000)
}

export async function keysRotate({ checks, keycloak, fixture }: ScenarioContext): Promise<void> {
  const before = (await keycloak.signIn('alice')).access
  const realm = (await keycloak.admin('GET', '')) as { id: string }
  await keycloak.admin('POST', '/components', {
    name: 'newer',
    providerId: 'rsa-generated',
    providerType: 'org.keycloak.keys.KeyProvider',
    parentId: realm.id,
    config: { priority: ['200'], enabled: ['true'], active: ['true'], algorithm: ['RS256'] },
  })
  const after = (await keycloak.signIn('alice')).access
  checks.is(
    'Keycloak signs with another key after the rotation',
    decodeHeader(before)['kid'] === decodeHeader(after)['kid'],
    false,
  )
  await checks.becomes(
    'a token that the new key signed is accepted',
    () => fixture.load(after, 'sales.orders'),
    200,
    15_000,
  )
  checks.is(
    'a token that the old key signed is still accepted',
    await fixture.load(before, 'sales.orders'),
    200,
  )
}

export async function clocksDiffer({ checks, keycloak, fixture }: ScenarioContext): Promise<void> {
  const lasting = (seconds: string): Promise<void> =>
    keycloak.setClient('app', { attributes: { 'access.token.lifespan': seconds } })
  await lasting('4')
  const token = (await keycloak.signIn('alice')).access
  const end = Number(decodeClaims(token)['exp']) * 1000
  await sleep(Math.max(0, end + 1_500 - Date.now()))
  checks.is(
    'a token is accepted 1.5 s after its end, within the leeway of 5 s',
    await fixture.load(token, 'sales.orders'),
    200,
  )
  await sleep(Math.max(0, end + 6_000 - Date.now()))
  checks.is('a token is refused 6 s after its end', await fixture.load(token, 'sales.orders'), 401)
  await lasting('300')
}

export async function somebodyLeaves(context: ScenarioContext, asking: WarehouseFixture): Promise<void> {
  const { checks, keycloak, fixture } = context
  const alice = (await keycloak.signIn('alice')).access
  checks.is('alice may load sales before she signs out', await fixture.load(alice, 'sales.orders'), 200)
  // Login and logout times have a resolution of one second, so the next login must be in a later second.
  await sleep(1_100)
  const sessions = (await keycloak.admin(
    'GET',
    `/users/${String(decodeClaims(alice)['sub'])}/sessions`,
  )) as unknown[]
  await keycloak.admin('POST', `/users/${String(decodeClaims(alice)['sub'])}/logout`)
  await checks.becomes(
    'the back-channel logout of Keycloak ends the token of alice',
    () => fixture.load(alice, 'sales.orders'),
    401,
    5_000,
  )
  const { body } = await fixture.manage('GET', '/audit?operation=logOut')
  checks.is(
    'the audit has a logout event for each session',
    (body['events'] as unknown[]).length,
    sessions.length,
  )
  await sleep(1_100)
  checks.is(
    'a token of a new login is accepted',
    await fixture.load((await keycloak.signIn('alice')).access, 'sales.orders'),
    200,
  )

  const bob = (await keycloak.signIn('bob')).access
  checks.is(
    'the server with introspection accepts the token of bob',
    await asking.load(bob, 'hr.people'),
    404,
  )
  const sub = String(decodeClaims(bob)['sub'])
  const user = (await keycloak.admin('GET', `/users/${sub}`)) as object
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: false })
  await checks.becomes(
    'the server with introspection refuses bob within 2 s after Keycloak disabled him',
    () => asking.load(bob, 'hr.people'),
    401,
    5_000,
  )
  const named = encodeURIComponent(`${keycloak.issuer}#${sub}`)
  await fixture.manage('POST', `/principals/${named}/disable`)
  await checks.becomes(
    'the other server refuses bob after Headgate disabled him',
    () => fixture.load(bob, 'hr.people'),
    401,
    5_000,
  )
}

function decodeHeader(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>
}
