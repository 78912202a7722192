import { join } from 'node:path'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import type { Value } from '../lib/engine.ts'
import { startPythonWorker } from '../lib/python-worker.ts'
import { decodeClaims } from '../../conformance/lib/keycloak.ts'
import { sales, type ScenarioContext } from './scenarios.ts'

/**
 * Checks unmodified PyIceberg with a bearer token of Keycloak, and with its OAuth2 manager, which requests tokens
 * from Keycloak.
 */
export async function stockClients(
  { checks, keycloak, fixture }: ScenarioContext,
  keeper: ProcessKeeper,
  folder: string,
): Promise<void> {
  const python = await installPyIceberg(keeper, (line) => console.error(line))
  const script = join(import.meta.dirname, 'clients.py')
  const worker = startPythonWorker(keeper, { name: 'pyiceberg', python, script, folder })
  const load = (table: string, auth: Readonly<Record<string, Value>>): Promise<Value> =>
    worker.ask('load', {
      table,
      properties: { type: 'rest', uri: fixture.origin, warehouse: 'lakehouse', ...auth },
    })
  const version = await worker.ask('version', {})
  console.error(`PyIceberg ${typeof version === 'string' ? version : ''}`)
  const alice = { token: (await keycloak.signIn('alice')).access }
  checks.is(
    'PyIceberg loads a table with a bearer token of alice',
    await load('sales.orders', alice),
    'sales.orders',
  )
  checks.is(
    'PyIceberg does not find a table that alice may not see',
    await load('hr.people', alice),
    'NoSuchTableError',
  )
  const idToken = { token: (await keycloak.signIn('alice')).id }
  checks.is(
    'PyIceberg is refused with an id_token as bearer',
    await load('sales.orders', idToken),
    'UnauthorizedError',
  )

  const sub = String(decodeClaims(await keycloak.serviceToken('etl'))['sub'])
  const settings = {
    client_id: 'etl',
    client_secret: 'etl-secret',
    token_url: `${keycloak.issuer}/protocol/openid-connect/token`,
    scope: 'openid',
    refresh_margin: 60,
    expires_in: 300,
  }
  const etl = { auth: { type: 'oauth2', oauth2: settings } }
  checks.is(
    'PyIceberg with its OAuth2 manager is refused before the client etl has a grant',
    await load('sales.orders', etl),
    'RESTError',
  )
  const to = { principal: `${keycloak.issuer}#${sub}` }
  await fixture.manage('POST', '/grants', { privilege: 'select', on: sales, to })
  await checks.becomes(
    'PyIceberg with its OAuth2 manager loads a table after etl has a grant',
    () => load('sales.orders', etl),
    'sales.orders',
    10_000,
  )
  await worker.stop()
}
