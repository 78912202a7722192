import { chained } from './chained.ts'
import { decodeClaims } from '../../conformance/lib/keycloak.ts'
import type { WarehouseFixture, Reply } from './warehouse-fixture.ts'
import type { LegIssuers } from './leg-issuers.ts'
import { partnerRealm } from './partner-realm.ts'
import { sales, sees, type ScenarioContext } from './scenarios.ts'

/**
 * Checks that Headgate exchanges the user's token at Keycloak before it issues a token to the engine. Headgate uses
 * its own client at Keycloak.
 *
 * @param fixture a server with the issuers of `legIssuers`
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
  checks.is(
    'Headgate exchanges the token of alice at Keycloak and issues a token to trino',
    first.status,
    200,
  )
  const token = String(first.body['access_token'])
  const sub = decodeClaims(alice)['sub']
  checks.is(
    'the token of Headgate is for alice, and trino is its actor',
    [decodeClaims(token)['sub'], actor(token)],
    [sub, 'trino'],
  )
  checks.is(
    'the rights of the token come from the groups in the token of Keycloak',
    await sees(context, token),
    [200, 404],
  )
  checks.is(
    'the token of Headgate does not outlive the token of alice',
    Number(decodeClaims(token)['exp']) <= Number(decodeClaims(alice)['exp']),
    true,
  )
  const theirs = (await keycloak.exchange(alice, 'headgate')).token
  checks.is(
    'Keycloak exchanges the token of alice for trino with the audience headgate',
    decodeClaims(theirs)['azp'],
    'trino',
  )
  const second = await fixture.exchange(theirs, { secret })
  checks.is(
    'Headgate accepts a token that Keycloak exchanged for the audience headgate, and exchanges it again',
    second.status,
    200,
  )
  const both = String(second.body['access_token'])
  checks.is(
    'the token of Headgate contains trino as its only actor',
    [actor(both), actor(both, 2) ?? null],
    ['trino', null],
  )
  checks.is('the token of Headgate has the rights of alice', await sees(context, both), [200, 404])
  const forCatalog = (await keycloak.exchange(alice)).token
  checks.is(
    'Headgate does not exchange a token whose only audience is the catalog',
    (await fixture.exchange(forCatalog, { secret })).status,
    400,
  )
  checks.is(
    'Headgate accepts a token whose only audience is the catalog as a bearer token',
    await fixture.load(forCatalog, 'sales.orders'),
    200,
  )
  const onBehalf = await fixture.assert(alice, secret)
  checks.is(
    'Headgate exchanges the token of alice at Keycloak also for an assertion grant (RFC 7523)',
    onBehalf.status,
    200,
  )
  await inTheAudit(context, `keycloak at ${keycloak.issuer}`)
  await keycloak.addRealm(partnerRealm(keycloak, partnerKey, String(sub)))
  await chained(context, secret)
  await refusals(context, secret)
}

/** Checks that Headgate issues no token for users who are disabled at Keycloak. */
async function refusals({ checks, keycloak, fixture }: ScenarioContext, secret: string): Promise<void> {
  const mallory = (await keycloak.signIn('mallory')).access
  checks.is(
    'Headgate exchanges the token of mallory',
    (await fixture.exchange(mallory, { secret })).status,
    200,
  )
  const sub = String(decodeClaims(mallory)['sub'])
  const user = (await keycloak.admin('GET', `/users/${sub}`)) as object
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: false })
  const gone = await fixture.exchange(mallory, { secret })
  checks.is(
    'Headgate does not exchange the token of mallory after Keycloak disabled the user',
    [gone.status, gone.body['error']],
    [400, 'invalid_grant'],
  )
  checks.is(
    'the response says that Keycloak did not exchange the token of the user',
    says(gone, /did not exchange the token of the user/),
    true,
  )
  await keycloak.admin('PUT', `/users/${sub}`, { ...user, enabled: true })
  const alice = (await keycloak.signIn('alice')).access
  await keycloak.setClient('headgate', { enabled: false })
  const refused = await fixture.exchange(alice, { secret })
  checks.is(
    'Headgate issues no token for users while its client at Keycloak is disabled',
    [refused.status, refused.body['error']],
    [400, 'invalid_grant'],
  )
  checks.is(
    'the response tells the user to ask the operator of the server',
    says(refused, /operator of this server/),
    true,
  )
  checks.is('responses contain no secret', says(refused, /headgate-secret/), false)
  await keycloak.setClient('headgate', { enabled: true })
  const back = (await keycloak.signIn('alice')).access
  checks.is(
    'Headgate exchanges tokens again after its client at Keycloak is enabled',
    (await fixture.exchange(back, { secret })).status,
    200,
  )
}

async function inTheAudit({ checks, fixture }: ScenarioContext, secondLeg: string): Promise<void> {
  const find = async (): Promise<boolean> => {
    const { body } = await fixture.manage('GET', '/audit?operation=getToken')
    const events = body['events'] as { detail: Record<string, unknown> | null }[]
    return events.some(({ detail }) => detail?.['secondLeg'] === secondLeg)
  }
  await checks.becomes('the audit event contains the exchange at Keycloak', find, true, 10_000)
}

function actor(token: string, depth = 1): unknown {
  let claims: Readonly<Record<string, unknown>> | undefined = decodeClaims(token)
  for (let i = 0; i < depth; i += 1) claims = claims?.['act'] as Record<string, unknown> | undefined
  return claims?.['sub']
}

function says({ body }: Reply, what: RegExp): boolean {
  return what.test(String(body['error_description']))
}
