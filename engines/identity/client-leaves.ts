import { setTimeout as sleep } from 'node:timers/promises'
import { claimsOf } from './keycloak.ts'
import type { Lake } from './lake.ts'
import type { World } from './scenes.ts'

/** Longer than an issuer is taken at its word about a token there, ms. */
const askedAgainMs = 5_000
const leewayMs = 5_000

/**
 * The client of an engine is disabled at Keycloak: where Keycloak is asked about tokens, what it got is over with the next
 * look; where it is not, at the end of the token; and where the engine is disabled here, at once.
 *
 * @param asking a server that asks
 */
export async function clientLeaves(world: World, asking: Lake): Promise<void> {
  const { checks, keycloak, lake } = world
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
  checks.is('and good where it is not', await lake.load(long, 'sales.orders'), 200)
  await lasting('20')
  const short = (await keycloak.exchange(alice)).token
  const end = Number(claimsOf(short)['exp']) * 1_000
  checks.is('so is a short one', await lake.load(short, 'sales.orders'), 200)

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
  checks.is('and good on where it is not, until its end', await lake.load(short, 'sales.orders'), 200)
  await sleep(Math.max(0, end + leewayMs + 1_000 - Date.now()))
  checks.is('which is the bound then, with the leeway of 5 s', await lake.load(short, 'sales.orders'), 401)
  checks.is('the long one has not ended', await lake.load(long, 'sales.orders'), 200)
  await lake.manage('POST', '/principals/trino/disable')
  await checks.becomes(
    'and the engine disabled here, at once',
    () => lake.load(long, 'sales.orders'),
    401,
    5_000,
  )
  await keycloak.setClient('trino', { enabled: true })
  await lasting('')
  await lake.manage('POST', '/principals/trino/enable')
}
