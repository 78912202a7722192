import { setTimeout as sleep } from 'node:timers/promises'
import type { Checks } from './checks.ts'
import { claimsOf, type Keycloak } from './keycloak.ts'
import type { Lake } from './lake.ts'

/** What a scene is played with. */
export interface World {
  readonly checks: Checks
  readonly keycloak: Keycloak
  readonly lake: Lake
}

const warehouse = 'lakehouse'
export const sales: object = { warehouse, namespace: ['sales'] }
const people = { warehouse, namespace: ['hr'] }

/** The tables a token reads: what `sales.orders` and `hr.people` answer. */
export async function sees({ lake }: World, token: string): Promise<readonly number[]> {
  return [await lake.load(token, 'sales.orders'), await lake.load(token, 'hr.people')]
}

export async function peopleSignIn(world: World): Promise<void> {
  const { checks, keycloak, lake } = world
  const to = { group: `${keycloak.issuer}#finance` }
  await lake.manage('POST', '/grants', { privilege: 'select', on: sales, to })
  const [alice, bob, mallory] = [
    await keycloak.signIn('alice'),
    await keycloak.signIn('bob'),
    await keycloak.signIn('mallory'),
  ]
  checks.is('bob comes: he has nothing yet', await sees(world, bob.access), [404, 404])
  const named = `${keycloak.issuer}#${String(claimsOf(bob.access)['sub'])}`
  await lake.manage('POST', '/grants', { privilege: 'modify', on: people, to: { principal: named } })
  checks.is('alice sees sales by her group', await sees(world, alice.access), [200, 404])
  await checks.becomes('bob sees hr by his own grant', () => lake.load(bob.access, 'hr.people'), 200, 5_000)
  checks.is('and nothing else', await lake.load(bob.access, 'sales.orders'), 404)
  checks.is('mallory sees nothing', await sees(world, mallory.access), [404, 404])
  checks.is('an id_token is no access token', await lake.load(alice.id, 'sales.orders'), 401)
  checks.is('a refresh token is none either', await lake.load(alice.refresh, 'sales.orders'), 401)
  const stranger = await keycloak.serviceToken('stranger')
  checks.is('a token without the audience is refused', await lake.load(stranger, 'sales.orders'), 401)
  const spark = await keycloak.serviceToken('spark')
  checks.is('and one of a client that is not listed', await lake.load(spark, 'sales.orders'), 401)
  const told = (await lake.as(spark, 'GET', '/v1/lakehouse/namespaces')).headers.get('www-authenticate')
  checks.is('because of its azp', /client \(azp\) that is not taken/.test(told ?? ''), true)
  const [head = '', , signature = ''] = alice.access.split('.')
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(alice.access), groups: ['hr', 'finance'] }))
  checks.is(
    'and one that was changed',
    await lake.load(`${head}.${forged.toString('base64url')}.${signature}`, 'sales.orders'),
    401,
  )
  const refused = await lake.as(stranger, 'GET', '/v1/lakehouse/namespaces')
  const challenge = refused.headers.get('www-authenticate') ?? ''
  const where = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const metadata = (await (await fetch(where)).json()) as Record<string, unknown>
  checks.is('a 401 leads to who issues tokens', metadata['authorization_servers'], [
    lake.origin,
    keycloak.issuer,
  ])
}

/** @returns the secret of the engine */
export async function engineExchanges(world: World): Promise<string> {
  const { checks, keycloak, lake } = world
  const { issuer } = keycloak
  const [alice, bob] = [await keycloak.signIn('alice'), await keycloak.signIn('bob')]
  const exchanged = await keycloak.exchange(alice.access)
  checks.is('Keycloak exchanges for trino', exchanged.status, 200)
  checks.is(
    'what it gives has azp and no act',
    [claimsOf(exchanged.token)['azp'], claimsOf(exchanged.token)['act'] ?? null],
    ['trino', null],
  )
  checks.is(
    'an engine that nobody registered is refused',
    await lake.load(exchanged.token, 'sales.orders'),
    401,
  )

  const secret = await lake.registerTrino([issuer], { privileges: ['select'] })
  await checks.becomes(
    'registered, it brings alice',
    () => lake.load(exchanged.token, 'sales.orders'),
    200,
    5_000,
  )
  checks.is('who sees no more than before', await lake.load(exchanged.token, 'hr.people'), 404)
  const bobs = await keycloak.exchange(bob.access)
  checks.is('bob through it', await sees(world, bobs.token), [404, 200])
  const change = { updates: [{ action: 'set-properties', updates: { owner: 'bob' } }], requirements: [] }
  const path = '/v1/lakehouse/namespaces/hr/tables/people'
  checks.is('he changes his table himself', (await lake.as(bob.access, 'POST', path, change)).status, 200)
  checks.is(
    'and not through the engine, which may only read',
    (await lake.as(bobs.token, 'POST', path, change)).status,
    403,
  )

  const direct = await lake.exchange(alice.access, { secret })
  checks.is('Headgate exchanges for trino too', direct.status, 200)
  const token = String(direct.body['access_token'])
  checks.is('with the same rights', await sees(world, token), [200, 404])
  const end = Number(claimsOf(alice.access)['exp'])
  checks.is('and no longer than the token of the user', Number(claimsOf(token)['exp']) <= end, true)
  checks.is('not with another secret', (await lake.exchange(alice.access, { secret: 'wrong' })).status, 401)
  checks.is('nor of an id_token', (await lake.exchange(alice.id, { secret })).status, 400)

  const service = await keycloak.serviceToken('trino')
  const subject = String(claimsOf(service)['sub'])
  await lake.manage('POST', '/principals/trino/federations', { issuer, subject })
  const byBearer = await lake.exchange(alice.access, { bearer: service })
  checks.is('trino proves itself by its token of Keycloak', byBearer.status, 200)
  checks.is('which gives alice again', await sees(world, String(byBearer.body['access_token'])), [200, 404])
  checks.is('and is nobody by itself', await lake.load(service, 'sales.orders'), 403)
  await inTheAudit(world, String(claimsOf(alice.access)['sub']))
  return secret
}

async function inTheAudit({ checks, keycloak, lake }: World, sub: string): Promise<void> {
  const principal = encodeURIComponent(`${keycloak.issuer}#${sub}`)
  const find = async (): Promise<boolean> => {
    const { body } = await lake.manage('GET', `/audit?principal=${principal}&operation=getToken`)
    const events = body['events'] as { actors: string[] }[]
    return events.some(({ actors }) => actors.includes('trino'))
  }
  await checks.becomes('the audit names alice and trino', find, true, 10_000)
}

export async function keysRotate({ checks, keycloak, lake }: World): Promise<void> {
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
  checks.is('Keycloak signs with another key', headerOf(before)['kid'] === headerOf(after)['kid'], false)
  await checks.becomes('the new one is taken', () => lake.load(after, 'sales.orders'), 200, 15_000)
  checks.is('the old one is still', await lake.load(before, 'sales.orders'), 200)
}

export async function clocksDiffer({ checks, keycloak, lake }: World): Promise<void> {
  const lasting = (seconds: string): Promise<void> =>
    keycloak.setClient('app', { attributes: { 'access.token.lifespan': seconds } })
  await lasting('4')
  const token = (await keycloak.signIn('alice')).access
  const end = Number(claimsOf(token)['exp']) * 1000
  await sleep(Math.max(0, end + 1_500 - Date.now()))
  checks.is(
    'a token is taken 1.5 s after its end, within the leeway of 5 s',
    await lake.load(token, 'sales.orders'),
    200,
  )
  await sleep(Math.max(0, end + 6_000 - Date.now()))
  checks.is('and refused 6 s after it', await lake.load(token, 'sales.orders'), 401)
  await lasting('300')
}

export async function somebodyLeaves(world: World, asking: Lake): Promise<void> {
  const { checks, keycloak, lake } = world
  const alice = (await keycloak.signIn('alice')).access
  checks.is('alice works', await lake.load(alice, 'sales.orders'), 200)
  // A session begins and ends in whole seconds of its token.
  await sleep(1_100)
  const sessions = (await keycloak.admin(
    'GET',
    `/users/${String(claimsOf(alice)['sub'])}/sessions`,
  )) as unknown[]
  await keycloak.admin('POST', `/users/${String(claimsOf(alice)['sub'])}/logout`)
  await checks.becomes(
    'signed out at Keycloak, her token ends by back-channel logout',
    () => lake.load(alice, 'sales.orders'),
    401,
    5_000,
  )
  const { body } = await lake.manage('GET', '/audit?operation=logOut')
  checks.is('which the audit has for each session', (body['events'] as unknown[]).length, sessions.length)
  await sleep(1_100)
  checks.is(
    'and a new one is good',
    await lake.load((await keycloak.signIn('alice')).access, 'sales.orders'),
    200,
  )

  const bob = (await keycloak.signIn('bob')).access
  checks.is('asked about, bob is known', await asking.load(bob, 'hr.people'), 404)
  const sub = String(claimsOf(bob)['sub'])
  const user = (await keycloak.admin('GET', `/users/${sub}`)) as object
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: false })
  await checks.becomes(
    'disabled at Keycloak, he is out where it is asked (2 s)',
    () => asking.load(bob, 'hr.people'),
    401,
    5_000,
  )
  const named = encodeURIComponent(`${keycloak.issuer}#${sub}`)
  await lake.manage('POST', `/principals/${named}/disable`)
  await checks.becomes('and disabled here, at once', () => lake.load(bob, 'hr.people'), 401, 5_000)
}

function headerOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>
}
