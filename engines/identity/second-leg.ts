import { chained } from './chained.ts'
import { claimsOf } from './keycloak.ts'
import type { Lake, Reply } from './lake.ts'
import type { LegIssuers } from './leg-issuers.ts'
import { partnerRealm } from './partner-realm.ts'
import { sales, sees, type World } from './scenes.ts'

/**
 * Headgate exchanges at Keycloak, with a client of its own, before it gives the engine a token.
 *
 * @param lake a server with these issuers
 */
export async function headgateExchanges(
  { checks, keycloak }: World,
  lake: Lake,
  { partnerKey }: LegIssuers,
): Promise<void> {
  const world = { checks, keycloak, lake }
  const secret = await lake.registerTrino([keycloak.issuer])
  await lake.manage('POST', '/grants', {
    privilege: 'select',
    on: sales,
    to: { group: `${keycloak.issuer}#finance` },
  })
  const alice = (await keycloak.signIn('alice')).access
  const first = await lake.exchange(alice, { secret })
  checks.is('trino gives Headgate the token of alice, which exchanges it at Keycloak', first.status, 200)
  const token = String(first.body['access_token'])
  const sub = claimsOf(alice)['sub']
  checks.is('the token is of alice, by trino', [claimsOf(token)['sub'], actor(token)], [sub, 'trino'])
  checks.is('by the groups that Keycloak gave', await sees(world, token), [200, 404])
  checks.is(
    'and ends with hers at the latest',
    Number(claimsOf(token)['exp']) <= Number(claimsOf(alice)['exp']),
    true,
  )
  const theirs = (await keycloak.exchange(alice, 'headgate')).token
  checks.is('trino exchanges at Keycloak first', claimsOf(theirs)['azp'], 'trino')
  const second = await lake.exchange(theirs, { secret })
  checks.is('and gives Headgate the result, which exchanges that', second.status, 200)
  const both = String(second.body['access_token'])
  checks.is('trino acts once', [actor(both), actor(both, 2) ?? null], ['trino', null])
  checks.is('alice sees what she sees', await sees(world, both), [200, 404])
  const forCatalog = (await keycloak.exchange(alice)).token
  checks.is(
    'a token for the catalog alone is not exchanged',
    (await lake.exchange(forCatalog, { secret })).status,
    400,
  )
  checks.is('and still a bearer', await lake.load(forCatalog, 'sales.orders'), 200)
  const onBehalf = await lake.assert(alice, secret)
  checks.is('by an assertion (RFC 7523) it is the same', onBehalf.status, 200)
  await inTheAudit(world, `keycloak at ${keycloak.issuer}`)
  await keycloak.addRealm(partnerRealm(keycloak, partnerKey, String(sub)))
  await chained(world, secret)
  await refusals(world, secret)
}

/** Whoever is disabled at Keycloak gets nothing by Headgate. */
async function refusals({ checks, keycloak, lake }: World, secret: string): Promise<void> {
  const mallory = (await keycloak.signIn('mallory')).access
  checks.is('mallory is exchanged', (await lake.exchange(mallory, { secret })).status, 200)
  const sub = String(claimsOf(mallory)['sub'])
  const user = (await keycloak.admin('GET', `/users/${sub}`)) as object
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: false })
  const gone = await lake.exchange(mallory, { secret })
  checks.is('disabled at Keycloak, she is not', [gone.status, gone.body['error']], [400, 'invalid_grant'])
  checks.is('which is said', says(gone, /did not exchange the token of the user/), true)
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: true })
  const alice = (await keycloak.signIn('alice')).access
  await keycloak.setClient('headgate', { enabled: false })
  const refused = await lake.exchange(alice, { secret })
  checks.is(
    'the client of Headgate disabled, nobody is',
    [refused.status, refused.body['error']],
    [400, 'invalid_grant'],
  )
  checks.is('and its operator is named', says(refused, /operator of this server/), true)
  checks.is('no secret is told', says(refused, /headgate-secret/), false)
  await keycloak.setClient('headgate', { enabled: true })
  const back = (await keycloak.signIn('alice')).access
  checks.is('enabled, all is well', (await lake.exchange(back, { secret })).status, 200)
}

async function inTheAudit({ checks, lake }: World, secondLeg: string): Promise<void> {
  const find = async (): Promise<boolean> => {
    const { body } = await lake.manage('GET', '/audit?operation=getToken')
    const events = body['events'] as { detail: Record<string, unknown> | null }[]
    return events.some(({ detail }) => detail?.['secondLeg'] === secondLeg)
  }
  await checks.becomes('the audit says that Keycloak was asked', find, true, 10_000)
}

function actor(token: string, depth = 1): unknown {
  let claims: Readonly<Record<string, unknown>> | undefined = claimsOf(token)
  for (let i = 0; i < depth; i += 1) claims = claims?.['act'] as Record<string, unknown> | undefined
  return claims?.['sub']
}

function says({ body }: Reply, what: RegExp): boolean {
  return what.test(String(body['error_description']))
}
