import { setTimeout as sleep } from 'node:timers/promises'
import { decodeClaims } from './keycloak.ts'
import type { WarehouseFixture } from './warehouse-fixture.ts'
import type { ScenarioContext } from './scenarios.ts'

/** Longer than the server caches the issuer's response about a token, ms. */
const askedAgainMs = 5_000
const leewayMs = 5_000

/**
 * Disables the client of an engine at Keycloak. Its tokens become invalid at the next introspection if the server uses
 * introspection, and at their expiry otherwise. When the engine is disabled at Headgate, they become invalid
 * immediately.
 *
 * @param asking a server that uses introspection
 */
export async function clientLeaves(context: ScenarioContext, asking: WarehouseFixture): Promise<void> {
  const { checks, keycloak, fixture } = context
  await asking.registerTrino([keycloak.issuer])
  const lasting = (seconds: string): Promise<void> =>
    keycloak.setClient('trino', { attributes: { 'access.token.lifespan': seconds } })
  const alice = (await keycloak.signIn('alice')).access
  const long = (await keycloak.exchange(alice)).token
  await checks.becomes(
    'a token of trino for alice is known where it is asked about',
    () => asking.load(long, 'sales.orders'),
    404,
    askedAgainMs,
  )
  checks.is('and good where it is not', await fixture.load(long, 'sales.orders'), 200)
  await lasting('20')
  const short = (await keycloak.exchange(alice)).token
  const end = Number(decodeClaims(short)['exp']) * 1_000
  checks.is('so is a short one', await fixture.load(short, 'sales.orders'), 200)

  await keycloak.setClient('trino', { enabled: false })
  checks.is(
    'disabled at Keycloak, the client exchanges no more',
    (await keycloak.exchange(alice)).status >= 400,
    true,
  )
  await checks.becomes(
    'what it got is over where Keycloak is asked (2 s)',
    () => asking.load(long, 'sales.orders'),
    401,
    askedAgainMs,
  )
  checks.is('and good on where it is not, until its end', await fixture.load(short, 'sales.orders'), 200)
  await sleep(Math.max(0, end + leewayMs + 1_000 - Date.now()))
  checks.is('which is the bound then, with the leeway of 5 s', await fixture.load(short, 'sales.orders'), 401)
  checks.is('the long one has not ended', await fixture.load(long, 'sales.orders'), 200)
  await fixture.manage('POST', '/principals/trino/disable')
  await checks.becomes(
    'and the engine disabled here, at once',
    () => fixture.load(long, 'sales.orders'),
    401,
    5_000,
  )
  await keycloak.setClient('trino', { enabled: true })
  await lasting('')
  await fixture.manage('POST', '/principals/trino/enable')
}
