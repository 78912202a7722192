import { chained } from './chained.ts'
import { decodeClaims } from './keycloak.ts'
import type { WarehouseFixture, Reply } from './warehouse-fixture.ts'
import type { LegIssuers } from './leg-issuers.ts'
import { partnerRealm } from './partner-realm.ts'
import { sales, sees, type ScenarioContext } from './scenarios.ts'

/**
 * Checks that Headgate exchanges at Keycloak, with its own client, before it issues a token to the engine.
 *
 * @param fixture a server with these issuers
 */
export async function headgateExchanges(
  { checks, keycloak }: ScenarioContext,
  fixture: WarehouseFixture,
  { partnerKey }: LegIssuers,
): Promise<void> {
  const context = { checks, keycloak, fixture }
  const secret = await fixture.registerTrino([keycloak.issuer])
  await fixture.manage('POST', '/grants', {
    privilege: 'select',
    on: sales,
    to: { group: `${keycloak.issuer}#finance` },
  })
  const alice = (await keycloak.signIn('alice')).access
  const first = await fixture.exchange(alice, { secret })
  checks.is('trino sends Headgate the token of alice, which exchanges it at Keycloak', first.status, 200)
  const token = String(first.body['access_token'])
  const sub = decodeClaims(alice)['sub']
  checks.is('the token is of alice, by trino', [decodeClaims(token)['sub'], actor(token)], [sub, 'trino'])
  checks.is('by the groups in the token of Keycloak', await sees(context, token), [200, 404])
  checks.is(
    'and ends with hers at the latest',
    Number(decodeClaims(token)['exp']) <= Number(decodeClaims(alice)['exp']),
    true,
  )
  const theirs = (await keycloak.exchange(alice, 'headgate')).token
  checks.is('trino exchanges at Keycloak first', decodeClaims(theirs)['azp'], 'trino')
  const second = await fixture.exchange(theirs, { secret })
  checks.is('and sends Headgate the result, which exchanges that', second.status, 200)
  const both = String(second.body['access_token'])
  checks.is('trino acts once', [actor(both), actor(both, 2) ?? null], ['trino', null])
  checks.is('alice sees what she sees', await sees(context, both), [200, 404])
  const forCatalog = (await keycloak.exchange(alice)).token
  checks.is(
    'a token for the catalog only is not exchanged',
    (await fixture.exchange(forCatalog, { secret })).status,
    400,
  )
  checks.is('and still a bearer', await fixture.load(forCatalog, 'sales.orders'), 200)
  const onBehalf = await fixture.assert(alice, secret)
  checks.is('by an assertion (RFC 7523) it is the same', onBehalf.status, 200)
  await inTheAudit(context, `keycloak at ${keycloak.issuer}`)
  await keycloak.addRealm(partnerRealm(keycloak, partnerKey, String(sub)))
  await chained(context, secret)
  await refusals(context, secret)
}

/** Checks that users who are disabled at Keycloak get no token from Headgate. */
async function refusals({ checks, keycloak, fixture }: ScenarioContext, secret: string): Promise<void> {
  const mallory = (await keycloak.signIn('mallory')).access
  checks.is('mallory is exchanged', (await fixture.exchange(mallory, { secret })).status, 200)
  const sub = String(decodeClaims(mallory)['sub'])
  const user = (await keycloak.admin('GET', `/users/${sub}`)) as object
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: false })
  const gone = await fixture.exchange(mallory, { secret })
  checks.is('disabled at Keycloak, she is not', [gone.status, gone.body['error']], [400, 'invalid_grant'])
  checks.is(
    'and the response contains the reason',
    says(gone, /did not exchange the token of the user/),
    true,
  )
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: true })
  const alice = (await keycloak.signIn('alice')).access
  await keycloak.setClient('headgate', { enabled: false })
  const refused = await fixture.exchange(alice, { secret })
  checks.is(
    'with the client of Headgate disabled, no user gets a token',
    [refused.status, refused.body['error']],
    [400, 'invalid_grant'],
  )
  checks.is('and its operator is named', says(refused, /operator of this server/), true)
  checks.is('responses contain no secret', says(refused, /headgate-secret/), false)
  await keycloak.setClient('headgate', { enabled: true })
  const back = (await keycloak.signIn('alice')).access
  checks.is('enabled, all is well', (await fixture.exchange(back, { secret })).status, 200)
}

async function inTheAudit({ checks, fixture }: ScenarioContext, secondLeg: string): Promise<void> {
  const find = async (): Promise<boolean> => {
    const { body } = await fixture.manage('GET', '/audit?operation=getToken')
    const events = body['events'] as { detail: Record<string, unknown> | null }[]
    return events.some(({ detail }) => detail?.['secondLeg'] === secondLeg)
  }
  await checks.becomes('the audit says that Keycloak was asked', find, true, 10_000)
}

function actor(token: string, depth = 1): unknown {
  let claims: Readonly<Record<string, unknown>> | undefined = decodeClaims(token)
  for (let i = 0; i < depth; i += 1) claims = claims?.['act'] as Record<string, unknown> | undefined
  return claims?.['sub']
}

function says({ body }: Reply, what: RegExp): boolean {
  return what.test(String(body['error_description']))
}
