import { setTimeout as sleep } from 'node:timers/promises'
import { decodeClaims } from '../../conformance/lib/keycloak.ts'
import type { WarehouseFixture } from './warehouse-fixture.ts'
import type { ScenarioContext } from './scenarios.ts'

/**
 * Maximum time in ms until a change at the issuer must take effect. It is longer than the time for which the server
 * caches introspection responses.
 */
const askedAgainMs = 5_000
const leewayMs = 5_000

/**
 * Disables the client of an engine at Keycloak, and checks when its tokens become invalid: at the next introspection if
 * the server uses introspection, and at their expiry otherwise. Then disables the engine at Headgate, after which its
 * tokens must be invalid immediately.
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
    'the server with introspection accepts a token of trino for alice',
    () => asking.load(long, 'sales.orders'),
    404,
    askedAgainMs,
  )
  checks.is(
    'the server without introspection accepts the same token',
    await fixture.load(long, 'sales.orders'),
    200,
  )
  await lasting('20')
  const short = (await keycloak.exchange(alice)).token
  const end = Number(decodeClaims(short)['exp']) * 1_000
  checks.is(
    'the server without introspection accepts a short-lived token',
    await fixture.load(short, 'sales.orders'),
    200,
  )

  await keycloak.setClient('trino', { enabled: false })
  checks.is(
    'Keycloak refuses token exchanges of a disabled client',
    (await keycloak.exchange(alice)).status >= 400,
    true,
  )
  await checks.becomes(
    'the server with introspection refuses tokens of the disabled client',
    () => asking.load(long, 'sales.orders'),
    401,
    askedAgainMs,
  )
  checks.is(
    'the server without introspection accepts a token of the disabled client until the token expires',
    await fixture.load(short, 'sales.orders'),
    200,
  )
  await sleep(Math.max(0, end + leewayMs + 1_000 - Date.now()))
  checks.is(
    'the server without introspection refuses the token after its expiry and the leeway of 5 s',
    await fixture.load(short, 'sales.orders'),
    401,
  )
  checks.is(
    'the server without introspection still accepts the long-lived token of the disabled client',
    await fixture.load(long, 'sales.orders'),
    200,
  )
  await fixture.manage('POST', '/principals/trino/disable')
  await checks.becomes(
    'the server without introspection refuses tokens of an engine that is disabled at Headgate',
    () => fixture.load(long, 'sales.orders'),
    401,
    5_000,
  )
  await keycloak.setClient('trino', { enabled: true })
  await lasting('')
  await fixture.manage('POST', '/principals/trino/enable')
}
