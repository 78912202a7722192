import { setTimeout as sleep } from 'node:timers/promises'
import type { CatalogAuth } from '../../conformance/lib/catalog-access.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import type { EngineAccess } from '../lib/access.ts'
import { startSpark } from '../spark/start.ts'
import { decodeClaims } from '../../conformance/lib/keycloak.ts'
import type { ScenarioContext } from './scenarios.ts'

/** Time in ms for which the server still accepts a token after its expiry. */
const leewayMs = 5_000

/** Lifetime in s of the tokens of the client `etl`. It is so short that Spark needs new tokens during the scenario. */
const etlSeconds = 10

/** Parts of Spark's error messages, keyed by the kind of the refusal. */
const refusals =
  /unauthorized_client|NotAuthorizedException|ForbiddenException|TABLE_OR_VIEW_NOT_FOUND|SCHEMA_NOT_FOUND/

/**
 * Checks unmodified Spark with bearer tokens of Keycloak, in one catalog for each token, and with client credentials
 * at Keycloak. The client is `etl`, which has `select` on `sales`.
 */
export async function sparkClient(
  context: ScenarioContext,
  keeper: ProcessKeeper,
  folder: string,
): Promise<void> {
  const { checks, keycloak, fixture } = context
  const accessBy = (auth: CatalogAuth): EngineAccess => ({
    uri: fixture.origin,
    warehouse: 'lakehouse',
    auth,
    // Spark receives the other settings from the catalog.
    storage: { kind: 'vended', endpoint: '', region: '', ask: 'vended-credentials' },
  })
  const bearer = (token: string): EngineAccess => accessBy({ kind: 'token', token })
  const etl = (secret: string): EngineAccess =>
    accessBy({
      kind: 'credential',
      credential: `etl:${secret}`,
      scope: 'openid',
      tokenUri: `${keycloak.issuer}/protocol/openid-connect/token`,
    })
  await keycloak.setClient('app', { attributes: { 'access.token.lifespan': '4' } })
  const short = (await keycloak.signIn('alice')).access
  await keycloak.setClient('app', { attributes: { 'access.token.lifespan': '300' } })
  await keycloak.setClient('etl', { attributes: { 'access.token.lifespan': String(etlSeconds) } })
  const [alice, bob] = [await keycloak.signIn('alice'), await keycloak.signIn('bob')]
  const spark = await startSpark({
    keeper,
    access: bearer(alice.access),
    others: {
      bob: bearer(bob.access),
      id_token: bearer(alice.id),
      ended: bearer(short),
      etl: etl('etl-secret'),
      wrong: etl('wrong'),
    },
    catalogTellsPlace: true,
    folder,
    say: (line) => console.error(line),
  })
  console.error(`Spark ${spark.version}`)
  /** Returns the rows of a statement, or the kind of the refusal if the statement fails. */
  const asks = async (statement: string): Promise<unknown> => {
    try {
      return await spark.sql(statement)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return refusals.exec(message)?.[0] ?? message
    }
  }
  const count = async (table: string): Promise<unknown> => asks(`SELECT count(*) FROM ${table}`)
  checks.is('Spark reads a table with a bearer token of alice', await count('ice.sales.orders'), [[0]])
  checks.is(
    'Spark does not find a table that alice may not see',
    await count('ice.hr.people'),
    'TABLE_OR_VIEW_NOT_FOUND',
  )
  const change = "ALTER TABLE ice.sales.orders SET TBLPROPERTIES ('by' = 'alice')"
  checks.is('Spark cannot change a table that alice may only read', await asks(change), 'ForbiddenException')
  checks.is(
    'Spark writes to a table with a bearer token of bob',
    await asks('INSERT INTO bob.hr.people VALUES (1), (2)'),
    [],
  )
  checks.is('Spark reads the rows of bob with vended storage keys', await count('bob.hr.people'), [[2]])
  checks.is(
    'Spark does not find a table that bob may not see',
    await count('bob.sales.orders'),
    'TABLE_OR_VIEW_NOT_FOUND',
  )
  checks.is(
    'Spark is refused with an id_token as bearer',
    await count('id_token.sales.orders'),
    'NotAuthorizedException',
  )
  await sleep(Math.max(0, Number(decodeClaims(short)['exp']) * 1_000 + leewayMs + 1_000 - Date.now()))
  checks.is(
    'Spark is refused with an expired token',
    await count('ended.sales.orders'),
    'NotAuthorizedException',
  )
  const began = Date.now()
  checks.is(
    'Spark reads a table with client credentials of etl at Keycloak',
    await count('etl.sales.orders'),
    [[0]],
  )
  checks.is(
    'Spark does not find a table that etl may not see',
    await count('etl.hr.people'),
    'TABLE_OR_VIEW_NOT_FOUND',
  )
  checks.is(
    'Keycloak refuses Spark with a wrong client secret',
    await count('wrong.sales.orders'),
    'unauthorized_client',
  )
  await sleep(Math.max(0, began + etlSeconds * 1_000 + leewayMs + 2_000 - Date.now()))
  checks.is('Spark requests a new token before its token expires', await count('etl.sales.orders'), [[0]])
  await spark.stop()
  await keycloak.setClient('etl', { attributes: { 'access.token.lifespan': '' } })
}
