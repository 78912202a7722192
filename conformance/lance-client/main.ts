import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { LanceNamespace } from '@headgate/lance/client'
import type { OperationId } from '@headgate/lance/model'
import { leaveNothing, printed, runCommand, say } from '../lib/command.ts'
import { installLance } from '../lib/lance.ts'
import { installMinio, startMinio } from '../lib/minio.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { safeEnvironment } from '../lib/safe-env.ts'
import { seconds } from '../lib/text-table.ts'
import { startBotocore } from '../sigv4/botocore.ts'
import { installBotocore } from '../sigv4/install.ts'
import type { Bench, Check } from './check.ts'
import { columnAndIndexChecks } from './checks/columns-and-indices.ts'
import { dataChecks } from './checks/data.ts'
import { lancedbChecks } from './checks/lancedb.ts'
import { namespaceChecks } from './checks/namespaces.ts'
import { notImplementedChecks } from './checks/not-implemented.ts'
import { readmeChecks } from './checks/readme.ts'
import { signedChecks } from './checks/signed.ts'
import { KEY_LIFE_MS, storageChecks } from './checks/storage.ts'
import { tableChecks } from './checks/tables.ts'
import { versionChecks } from './checks/versions.ts'
import { loadNodeLance } from './node-lance.ts'
import { pylance } from './pylance.ts'
import { startReferenceServer } from './reference-server.ts'
import { SeenOperations } from './seen.ts'
import { startVerifyingFront, type FrontKeys } from './verifying-front.ts'

const usage = `npm run conformance:lance-client [-- --without-minio]

Runs @headgate/lance against pylance's own server, and compares with what @lancedb/lancedb makes of the same data.
  --without-minio   leave out the checks of storage options, which need MinIO`

/**
 * Returns the suites of checks that run against a reference server on local files.
 *
 * @param root folder of the server's namespace
 */
const onFiles = (root: string): Readonly<Record<string, readonly Check[]>> => ({
  namespaces: namespaceChecks,
  tables: tableChecks,
  data: dataChecks,
  'columns and indices': columnAndIndexChecks,
  versions: versionChecks,
  lancedb: lancedbChecks(root),
  'not implemented': notImplementedChecks,
})

const keys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'eu-central-1',
  service: 'execute-api',
} satisfies FrontKeys

/**
 * Runs all suites. Returns the exit code: 0 if the client passed all checks, 1 if it failed a check, 2 if the suites
 * could not run.
 */
async function main(withMinio: boolean): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('lance-client-run'))
  const { python, node: modules } = await installLance(keeper, say)
  // Sets the variables in this process, because the native library of Lance reads the environment of the
  // process.
  for (const [name, value] of Object.entries(safeEnvironment())) process.env[name] = value
  const seen = new SeenOperations()
  const parts = {
    node: loadNodeLance(modules),
    countRows: pylance(keeper, python, folder),
    count: (operation: OperationId) => seen.count(operation),
  }

  const root = join(folder, 'lake')
  mkdirSync(root)
  const uri = await startReferenceServer(keeper, 'files', { python, folder, properties: { root } })
  let failed = await runAll(onFiles(root), { ...parts, uri }, seen)
  const example = join(folder, 'example')
  mkdirSync(example)
  const server = await startReferenceServer(keeper, 'example', {
    python,
    folder,
    properties: { root: example },
  })
  failed += await runAll({ readme: readmeChecks(server, modules, example) }, { ...parts, uri: server }, seen)
  const botocore = startBotocore(keeper, await installBotocore(keeper, say), folder)
  {
    await using front = await startVerifyingFront(uri, keys, botocore)
    failed += await runAll({ signed: signedChecks(front.url, keys) }, { ...parts, uri }, seen)
  }
  if (withMinio) {
    const binary = await installMinio(keeper, say)
    const bucket = await startMinio(keeper, { binary, folder, buckets: ['lake'] })
    const properties = vendingFrom(bucket.storage('lake'))
    // Sets the endpoint in the environment, because in Lance the environment overrides explicit options.
    const env = { AWS_ENDPOINT_URL: bucket.endpoint, AWS_ENDPOINT_URL_S3: bucket.endpoint }
    Object.assign(process.env, env)
    const vending = await startReferenceServer(keeper, 'vending', { python, folder, properties, env })
    failed += await runAll({ storage: storageChecks }, { ...parts, uri: vending }, seen)
  }
  const { answered, refused, failed: gone, missing } = seen.coverage()
  console.log(
    `\noperations: ${answered.length} answered, ${refused.length} refused as they should be (${refused.join(', ')}), ${gone.length} not implemented by this server, ${missing.length} not asked for ${missing.join(', ')}`,
  )
  if (failed > 0 || missing.length > 0) return 1
  return await leaveNothing(keeper, folder)
}

/**
 * Returns the properties of a directory namespace in a bucket, with which the reference server issues short-lived
 * storage keys.
 */
function vendingFrom(storage: {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly root: string
}): Record<string, string> {
  return {
    root: storage.root,
    'storage.endpoint': storage.endpoint,
    'storage.region': storage.region,
    'storage.access_key_id': storage.accessKeyId,
    'storage.secret_access_key': storage.secretAccessKey,
    'storage.allow_http': 'true',
    vend_input_storage_options: 'true',
    vend_input_storage_options_refresh_interval_millis: String(KEY_LIFE_MS),
  }
}

/**
 * Runs all checks against one server, and prints the failed ones.
 *
 * @returns the number of failed checks
 */
async function runAll(
  groups: Readonly<Record<string, readonly Check[]>>,
  parts: Omit<Bench, 'lance'>,
  seen: SeenOperations,
): Promise<number> {
  await using lance = await LanceNamespace.connect({ uri: parts.uri, fetch: seen.fetch, maxRetries: 0 })
  let failed = 0
  for (const [group, checks] of Object.entries(groups)) {
    for (const { title, run } of checks) {
      const started = Date.now()
      try {
        await run({ ...parts, lance })
        console.log(`ok    ${group}: ${title} (${seconds(Date.now() - started)})`)
      } catch (error) {
        failed++
        console.log(`FAIL  ${group}: ${title}\n${error instanceof Error ? error.stack : String(error)}`)
      }
    }
  }
  return failed
}

await runCommand('conformance:lance-client', async ([option, ...more]) => {
  if (more.length > 0 || (option !== undefined && option !== '--without-minio')) return printed(usage)
  return await main(option === undefined)
})
