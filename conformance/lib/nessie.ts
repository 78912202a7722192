import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { WarehouseStorage } from './catalog-access.ts'
import { fetchJar } from './fetch-jar.ts'
import { freePort } from './free-port.ts'
import { findJdk, jdkCommand } from './jdk.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { waitUntilReady } from './wait-until-ready.ts'

/** Version of Nessie that the suites download. */
export const nessieVersion = '0.99.0'

export interface NessieOptions {
  readonly storage: WarehouseStorage & { readonly kind: 's3' }
  readonly warehouse: string
  /** Arguments for the Java virtual machine. */
  readonly java: readonly string[]
  /** Configuration properties of Nessie, such as the type of its version store. */
  readonly properties: Readonly<Record<string, string>>
  /** Port of the server. Default: a free port. */
  readonly port?: number
}

/**
 * Returns the command that starts Project Nessie with metadata files on S3, and its URL. Nessie requires no
 * authentication by default.
 */
export async function nessieCommand(
  keeper: ProcessKeeper,
  { storage, warehouse, java, properties, port: chosen }: NessieOptions,
): Promise<{ readonly command: string; readonly args: readonly string[]; readonly uri: string }> {
  const artifact = `org.projectnessie.nessie:nessie-quarkus:${nessieVersion}:jar:runner`
  const jar = await fetchJar(keeper, 'nessie', artifact)
  const [port, managementPort] = [chosen ?? (await freePort()), await freePort()]
  const s3 = 'nessie.catalog.service.s3.default-options'
  const all = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': String(port),
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': String(managementPort),
    'quarkus.otel.sdk.disabled': 'true',
    'quarkus.http.access-log.enabled': 'false',
    'quarkus.log.level': 'WARN',
    'nessie.catalog.default-warehouse': warehouse,
    [`nessie.catalog.warehouses.${warehouse}.location`]: storage.root,
    [`${s3}.endpoint`]: storage.endpoint,
    [`${s3}.path-style-access`]: 'true',
    [`${s3}.region`]: storage.region,
    [`${s3}.access-key`]: 'urn:nessie-secret:quarkus:storage-secrets.s3',
    'storage-secrets.s3.name': storage.accessKeyId,
    'storage-secrets.s3.secret': storage.secretAccessKey,
    ...properties,
  }
  const options = Object.entries(all).map(([name, value]) => `-D${name}=${value}`)
  return {
    command: jdkCommand(findJdk(21), 'java'),
    args: [...java, ...options, '-jar', jar],
    uri: `http://127.0.0.1:${port}/iceberg`,
  }
}

/**
 * Starts Project Nessie, which keeps its catalog in memory, and returns the URI of its Iceberg REST API.
 *
 * @param folder receives the log
 */
export async function startNessie(
  keeper: ProcessKeeper,
  {
    folder,
    properties = {},
    ...options
  }: Pick<NessieOptions, 'storage' | 'warehouse' | 'port'> & {
    readonly folder: string
    readonly properties?: NessieOptions['properties']
  },
): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const { uri, ...command } = await nessieCommand(keeper, {
    ...options,
    java: ['-Xmx512m', '-XX:TieredStopAtLevel=1'],
    properties: { 'nessie.version.store.type': 'IN_MEMORY', ...properties },
  })
  const child = keeper.start({ name: 'nessie', ...command, log: join(folder, 'nessie.log') })
  await waitUntilReady(child, () => answers(`${uri}/v1/config`), 90_000)
  return uri
}

/** Returns whether a server responds at the URL, even with an error that requests authentication. */
async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  await response.body?.cancel()
  return response.ok || response.status === 401
}
