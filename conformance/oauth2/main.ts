import { join } from 'node:path'
import { runCommand, say } from '../lib/command.ts'
import { startHeadgate } from '../lib/headgate-server.ts'
import { makeKey } from '../lib/jwt.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { startKeycloak } from '../lib/start-keycloak.ts'
import { findKeycloak } from './find-keycloak.ts'
import { realm } from './realm.ts'
import { runAll } from './scenarios.ts'
import type { Stage } from './stage.ts'

/** Runs all scenarios. Returns the exit code: 0 if all passed, 1 if one failed, 2 if the run was not possible. */
async function main(): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('oauth2-run'))
  const [signing, partner] = [makeKey('RS256', 'signing'), makeKey('RS256', 'partner')]
  say('starting Keycloak …')
  const played = realm(signing.jwk, partner)
  const origin = await startKeycloak(keeper, {
    home: findKeycloak(),
    folder,
    realm: { name: played.realm, text: JSON.stringify(played) },
  })
  const issuer = `${origin}/realms/${played.realm}`
  const { kid, alg } = signing
  const clientKey = JSON.stringify({ ...signing.privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' })
  say('starting a catalog that trusts it …')
  const { origin: catalog } = await startHeadgate(keeper, {
    dataDir: join(folder, 'headgate'),
    log: join(folder, 'headgate.log'),
    env: {
      HEADGATE_ISSUERS: JSON.stringify([{ issuer, preset: 'keycloak', audience: 'lakehouse' }]),
    },
  })
  const stage: Stage = { issuer, clientKey, signing, partner, catalog, held: [], failures: [] }
  await runAll(stage)
  for (const name of stage.held) console.log(`held    ${name}`)
  for (const failure of stage.failures) console.log(`FAILED  ${failure}`)
  if (stage.failures.length > 0) say(`${stage.failures.length} failures; log: ${folder}`)
  return stage.failures.length === 0 ? 0 : 1
}

await runCommand('conformance:oauth2', main)
