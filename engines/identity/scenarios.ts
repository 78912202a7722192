import { setTimeout as sleep } from 'node:timers/promises'
import type { Checks } from './checks.ts'
import { decodeClaims, type Keycloak } from './keycloak.ts'
import type { WarehouseFixture } from './warehouse-fixture.ts'

/** Servers and checks of a scenario. */
export interface ScenarioContext {
  readonly checks: Checks
  readonly keycloak: Keycloak
  readonly fixture: WarehouseFixture
}

const warehouse = 'lakehouse'
export const sales: object = { warehouse, namespace: ['sales'] }
const people = { warehouse, namespace: ['hr'] }

/** Returns the statuses of `sales.orders` and `hr.people` for a token. */
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
  checks.is('bob comes: he has nothing yet', await sees(context, bob.access), [404, 404])
  const named = `${keycloak.issuer}#${String(decodeClaims(bob.access)['sub'])}`
  await fixture.manage('POST', '/grants', { privilege: 'modify', on: people, to: { principal: named } })
  checks.is('alice sees sales by her group', await sees(context, alice.access), [200, 404])
  await checks.becomes(
    'bob sees hr by his own grant',
    () => fixture.load(bob.access, 'hr.people'),
    200,
    5_000,
  )
  checks.is('and nothing else', await fixture.load(bob.access, 'sales.orders'), 404)
  checks.is('mallory sees nothing', await sees(context, mallory.access), [404, 404])
  checks.is('an id_token is not an access token', await fixture.load(alice.id, 'sales.orders'), 401)
  checks.is('a refresh token is none either', await fixture.load(alice.refresh, 'sales.orders'), 401)
  const stranger = await keycloak.serviceToken('stranger')
  checks.is('a token without the audience is refused', await fixture.load(stranger, 'sales.orders'), 401)
  const spark = await keycloak.serviceToken('spark')
  checks.is('and one of a client that is not listed', await fixture.load(spark, 'sales.orders'), 401)
  const told = (await fixture.as(spark, 'GET', '/v1/lakehouse/namespaces')).headers.get('www-authenticate')
  checks.is('because of its azp', /client \(azp\) that is not taken/.test(told ?? ''), true)
  const [head = '', , signature = ''] = alice.access.split('.')
  const forged = Buffer.from(JSON.stringify({ ...decodeClaims(alice.access), groups: ['hr', 'finance'] }))
  checks.is(
    'and one that was changed',
    await fixture.load(`${head}.${forged.toString('base64url')}.${signature}`, 'sales.orders'),
    401,
  )
  const refused = await fixture.as(stranger, 'GET', '/v1/lakehouse/namespaces')
  const challenge = refused.headers.get('www-authenticate') ?? ''
  const where = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const metadata = (await (await fetch(where)).json()) as Record<string, unknown>
  checks.is('a 401 names the issuer of tokens', metadata['authorization_servers'], [
    fixture.origin,
    keycloak.issuer,
  ])
}

/** @returns the secret of the engine */
export async function engineExchanges(context: ScenarioContext): Promise<string> {
  const { checks, keycloak, fixture } = context
  const { issuer } = keycloak
  const [alice, bob] = [await keycloak.signIn('alice'), await keycloak.signIn('bob')]
  const exchanged = await keycloak.exchange(alice.access)
  checks.is('Keycloak exchanges for trino', exchanged.status, 200)
  checks.is(
    'the result has azp and no act',
    [decodeClaims(exchanged.token)['azp'], decodeClaims(exchanged.token)['act'] ?? null],
    ['trino', null],
  )
  checks.is('an unregistered engine is refused', await fixture.load(exchanged.token, 'sales.orders'), 401)

  const secret = await fixture.registerTrino([issuer], { privileges: ['select'] })
  await checks.becomes(
    'registered, it brings alice',
    () => fixture.load(exchanged.token, 'sales.orders'),
    200,
    5_000,
  )
  checks.is('who sees no more than before', await fixture.load(exchanged.token, 'hr.people'), 404)
  const bobs = await keycloak.exchange(bob.access)
  checks.is('bob through it', await sees(context, bobs.token), [404, 200])
  const change = { updates: [{ action: 'set-properties', updates: { owner: 'bob' } }], requirements: [] }
  const path = '/v1/lakehouse/namespaces/hr/tables/people'
  checks.is('he changes his table himself', (await fixture.as(bob.access, 'POST', path, change)).status, 200)
  checks.is(
    'and not through the engine, which may only read',
    (await fixture.as(bobs.token, 'POST', path, change)).status,
    403,
  )

  const direct = await fixture.exchange(alice.access, { secret })
  checks.is('Headgate exchanges for trino too', direct.status, 200)
  const token = String(direct.body['access_token'])
  checks.is('with the same rights', await sees(context, token), [200, 404])
  const end = Number(decodeClaims(alice.access)['exp'])
  checks.is('and no longer than the token of the user', Number(decodeClaims(token)['exp']) <= end, true)
  checks.is(
    'not with another secret',
    (await fixture.exchange(alice.access, { secret: 'wrong' })).status,
    401,
  )
  checks.is('nor of an id_token', (await fixture.exchange(alice.id, { secret })).status, 400)

  const service = await keycloak.serviceToken('trino')
  const subject = String(decodeClaims(service)['sub'])
  await fixture.manage('POST', '/principals/trino/federations', { issuer, subject })
  const byBearer = await fixture.exchange(alice.access, { bearer: service })
  checks.is('trino proves itself by its token of Keycloak', byBearer.status, 200)
  checks.is(
    'which results in alice again',
    await sees(context, String(byBearer.body['access_token'])),
    [200, 404],
  )
  checks.is('and has no identity by itself', await fixture.load(service, 'sales.orders'), 403)
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
  await checks.becomes('the audit names alice and trino', find, true, 10_000)
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
    'Keycloak signs with another key',
    decodeHeader(before)['kid'] === decodeHeader(after)['kid'],
    false,
  )
  await checks.becomes('the new one is taken', () => fixture.load(after, 'sales.orders'), 200, 15_000)
  checks.is('the old one is still', await fixture.load(before, 'sales.orders'), 200)
}

export async function clocksDiffer({ checks, keycloak, fixture }: ScenarioContext): Promise<void> {
  const lasting = (seconds: string): Promise<void> =>
    keycloak.setClient('app', { attributes: { 'access.token.lifespan': seconds } })
  await lasting('4')
  const token = (await keycloak.signIn('alice')).access
  const end = Number(decodeClaims(token)['exp']) * 1000
  await sleep(Math.max(0, end + 1_500 - Date.now()))
  checks.is(
    'a token is taken 1.5 s after its end, within the leeway of 5 s',
    await fixture.load(token, 'sales.orders'),
    200,
  )
  await sleep(Math.max(0, end + 6_000 - Date.now()))
  checks.is('and refused 6 s after it', await fixture.load(token, 'sales.orders'), 401)
  await lasting('300')
}

export async function somebodyLeaves(context: ScenarioContext, asking: WarehouseFixture): Promise<void> {
  const { checks, keycloak, fixture } = context
  const alice = (await keycloak.signIn('alice')).access
  checks.is('alice works', await fixture.load(alice, 'sales.orders'), 200)
  // Sessions begin and end in whole seconds.
  await sleep(1_100)
  const sessions = (await keycloak.admin(
    'GET',
    `/users/${String(decodeClaims(alice)['sub'])}/sessions`,
  )) as unknown[]
  await keycloak.admin('POST', `/users/${String(decodeClaims(alice)['sub'])}/logout`)
  await checks.becomes(
    'signed out at Keycloak, her token ends by back-channel logout',
    () => fixture.load(alice, 'sales.orders'),
    401,
    5_000,
  )
  const { body } = await fixture.manage('GET', '/audit?operation=logOut')
  checks.is('which the audit has for each session', (body['events'] as unknown[]).length, sessions.length)
  await sleep(1_100)
  checks.is(
    'and a new one is good',
    await fixture.load((await keycloak.signIn('alice')).access, 'sales.orders'),
    200,
  )

  const bob = (await keycloak.signIn('bob')).access
  checks.is('asked about, bob is known', await asking.load(bob, 'hr.people'), 404)
  const sub = String(decodeClaims(bob)['sub'])
  const user = (await keycloak.admin('GET', `/users/${sub}`)) as object
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: false })
  await checks.becomes(
    'disabled at Keycloak, he is out where it is asked (2 s)',
    () => asking.load(bob, 'hr.people'),
    401,
    5_000,
  )
  const named = encodeURIComponent(`${keycloak.issuer}#${sub}`)
  await fixture.manage('POST', `/principals/${named}/disable`)
  await checks.becomes('and disabled here, at once', () => fixture.load(bob, 'hr.people'), 401, 5_000)
}

function decodeHeader(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>
}
