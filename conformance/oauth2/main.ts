import { generateKeyPairSync } from 'node:crypto'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { startKeycloak } from '../lib/start-keycloak.ts'
import { findKeycloak } from './find-keycloak.ts'
import { realm } from './realm.ts'
import { playAll, type Stage } from './scenes.ts'

/** Exit code: 0 all scenes held, 1 one did not, 2 it could not run. */
async function main(): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('oauth2-run'))
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const named = { kid: 'signing', alg: 'RS256', use: 'sig' }
  console.error('starting Keycloak …')
  const jwk = { ...publicKey.export({ format: 'jwk' }), ...named }
  const played = realm(jwk)
  const origin = await startKeycloak(keeper, {
    home: findKeycloak(),
    folder,
    realm: { name: played.realm, text: JSON.stringify(played) },
  })
  const issuer = `${origin}/realms/${played.realm}`
  const clientKey = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...named })
  const stage: Stage = { issuer, clientKey, held: [], failures: [] }
  await playAll(stage)
  for (const name of stage.held) console.log(`held    ${name}`)
  for (const failure of stage.failures) console.log(`FAILED  ${failure}`)
  if (stage.failures.length > 0) console.error(`${stage.failures.length} failures; log: ${folder}`)
  return stage.failures.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`conformance:oauth2: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
