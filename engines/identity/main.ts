import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { leaveNothing, runCommand, say } from '../../conformance/lib/command.ts'
import { freePort } from '../../conformance/lib/free-port.ts'
import { startHeadgate } from '../../conformance/lib/headgate-server.ts'
import { startIssuer } from '../../conformance/lib/issuer.ts'
import { cacheFolder, newRunFolder } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { startKeycloak } from '../../conformance/lib/start-keycloak.ts'
import { installKeycloak } from '../../conformance/lib/install-keycloak.ts'
import { keycloakTrustsHeadgate } from './asserted-upstream.ts'
import { enginesAssert } from './assertions.ts'
import { Checks } from './checks.ts'
import { clientLeaves } from './client-leaves.ts'
import { connectKeycloak } from '../../conformance/lib/keycloak.ts'
import { openWarehouseFixture } from './warehouse-fixture.ts'
import { legIssuers } from './leg-issuers.ts'
import { clocksDiffer, engineExchanges, keysRotate, peopleSignIn, somebodyLeaves } from './scenarios.ts'
import { headgateExchanges } from './second-leg.ts'
import { sparkClient } from './spark-client.ts'
import { stockClients } from './stock-clients.ts'

/**
 * Checks three Headgate servers with users, clients and keys of a running Keycloak. Returns the exit code: 0 if all
 * checks passed, 1 if a check failed, 2 if the run was not possible.
 */
async function main(): Promise<number> {
  await using keeper = new ProcessKeeper()
  const installed = await installKeycloak(keeper, say)
  const folder = newRunFolder(cacheFolder('identity-run'))
  const ports = { catalog: await freePort(), s3: await freePort() }
  const headgateUrl = `http://127.0.0.1:${ports.catalog}`
  say(`starting Keycloak ${installed.version}`)
  const text = readFileSync(join(import.meta.dirname, 'lakehouse-realm.json'), 'utf8')
  const origin = await startKeycloak(keeper, {
    home: installed.home,
    folder,
    realm: { name: 'lakehouse', text },
    env: {
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
      HEADGATE_TEST_URL: headgateUrl,
    },
  })
  const keycloak = connectKeycloak(origin)
  const issuer = {
    issuer: keycloak.issuer,
    preset: 'keycloak',
    audience: 'catalog',
    actors: ['trino'],
    clients: ['app', 'etl'],
    logoutAudience: 'app',
  }
  const introspection = {
    clientId: 'catalog',
    clientSecretEnv: 'CATALOG_SECRET',
    tokens: 'all',
    cacheSeconds: 2,
  }
  const open = async (
    name: string,
    issuers: readonly object[],
    at?: typeof ports,
  ): ReturnType<typeof openWarehouseFixture> =>
    openWarehouseFixture(
      await startHeadgate(keeper, {
        dataDir: join(folder, name),
        log: join(folder, `${name}.log`),
        env: {
          HEADGATE_ISSUERS: JSON.stringify(issuers),
          HEADGATE_AUDIT_READS: 'store',
          CATALOG_SECRET: 'catalog-secret',
          HEADGATE_AT_KEYCLOAK: 'headgate-secret',
        },
        ...(at === undefined ? {} : { ports: at }),
      }),
    )
  say('starting three servers')
  const fixture = await open('headgate', [issuer], ports)
  const asking = await open('asking', [{ ...issuer, introspection }])
  const legs = legIssuers(keycloak, folder)
  const onward = await open('onward', legs.issuers)
  await using engine = await startIssuer()
  const checks = new Checks()
  const context = { checks, keycloak, fixture }
  await peopleSignIn(context)
  await stockClients(context, keeper, folder)
  await sparkClient(context, keeper, folder)
  const secret = await engineExchanges(context)
  await enginesAssert(context, engine, secret)
  await keycloakTrustsHeadgate(context, keeper, folder)
  await headgateExchanges(context, onward, legs)
  await keysRotate(context)
  await clocksDiffer(context)
  await somebodyLeaves(context, asking)
  await clientLeaves(context, asking)
  console.log(`Keycloak ${installed.version}: ${checks.held} checks passed, ${checks.failures.length} failed`)
  if (checks.failures.length > 0) {
    say(`logs and data: ${folder}`)
    return 1
  }
  return await leaveNothing(keeper, folder)
}

await runCommand('test:identity', main)
