import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findJdk } from '../../conformance/lib/jdk.ts'
import { installSpark } from '../install/spark.ts'
import type { EngineAccess } from '../lib/access.ts'
import { engineProperties } from '../lib/client-properties.ts'
import { type Engine, type EngineSettings, type Rows, statementTimeoutMs } from '../lib/engine.ts'
import { startPythonWorker } from '../lib/python-worker.ts'

/** Starts Spark in local mode, with all catalogs of the settings. The default catalog is `ice`. */
export async function startSpark(settings: EngineSettings): Promise<Engine> {
  const { python, jars } = await installSpark(settings.keeper, settings.say)
  const catalogs = Object.entries({ ice: settings.access, ...settings.others })
  const worker = startPythonWorker(settings.keeper, {
    name: 'spark',
    python,
    script: fileURLToPath(new URL('main.py', import.meta.url)),
    folder: settings.folder,
    env: {
      JAVA_HOME: findJdk(17, 21).home,
      SPARK_LOCAL_IP: '127.0.0.1',
      PYSPARK_PYTHON: python,
      PATH: path(python),
      ...Object.fromEntries(catalogs.flatMap(([name, { auth }]) => credentialIn(name, auth))),
    },
  })
  const conf: Record<string, string> = {
    'spark.master': 'local[2]',
    'spark.driver.memory': '1g',
    // Omits the optimizing JIT compilation, which takes longer than the short statements save.
    'spark.driver.extraJavaOptions': '-XX:TieredStopAtLevel=1',
    'spark.jars': jars.join(','),
    'spark.ui.enabled': 'false',
    'spark.sql.shuffle.partitions': '2',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
    'spark.sql.catalogImplementation': 'in-memory',
    'spark.sql.warehouse.dir': join(settings.folder, 'spark-warehouse'),
    ...sparkSettings,
    'spark.sql.session.timeZone': 'UTC',
    'spark.sql.defaultCatalog': 'ice',
    ...Object.fromEntries(
      catalogs.flatMap(([name, access]) => Object.entries(sparkCatalog(name, access, settings))),
    ),
  }
  const version = await worker.ask('connect', { conf })
  return {
    name: 'spark',
    version: typeof version === 'string' ? version : '',
    sql: async (statement) => (await worker.ask('sql', { statement }, statementTimeoutMs)) as Rows,
    call: () => Promise.reject(new Error('Spark can run only SQL steps')),
    stop: () => worker.stop(),
  }
}

/** Settings of a Spark session that are the same for all catalogs. */
export const sparkSettings: Readonly<Record<string, string>> = {
  'spark.sql.extensions': 'org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
}

/** Returns the Spark settings of one catalog. */
export function sparkCatalog(
  name: string,
  access: EngineAccess,
  { catalogTellsPlace }: Pick<EngineSettings, 'catalogTellsPlace'>,
): Record<string, string> {
  const catalog = `spark.sql.catalog.${name}`
  const properties: Record<string, string> = {
    ...engineProperties(access, catalogTellsPlace),
    type: 'rest',
    // Turns the catalog cache off, because scenarios must read the current state after changes of other engines.
    'cache-enabled': 'false',
    ...authentication(name, access.auth),
    // Lets the server purge tables. Otherwise, Spark would drop a table and could then no longer access its files to
    // delete them.
    'rest-catalog-purge': 'true',
  }
  return {
    [catalog]: 'org.apache.iceberg.spark.SparkCatalog',
    ...Object.fromEntries(Object.entries(properties).map(([key, value]) => [`${catalog}.${key}`, value])),
  }
}

function authentication(name: string, auth: EngineAccess['auth']): Record<string, string> {
  if (auth.kind === 'access-key')
    return {
      'rest.auth.type': 'sigv4',
      'rest.signing-region': 'us-east-1',
      'rest.access-key-id': `env:${toVariable(name)}_ID`,
      'rest.secret-access-key': `env:${toVariable(name)}_SECRET`,
    }
  return {
    'rest.auth.type': auth.kind === 'none' ? 'none' : 'oauth2',
    // Prevents Spark from renewing its token by a token exchange.
    'token-exchange-enabled': 'false',
    // Spark cannot renew a configured token.
    ...(auth.kind === 'token' ? { 'token-refresh-enabled': 'false' } : {}),
    ...(auth.kind === 'credential' ? { credential: `env:${toVariable(name)}` } : {}),
  }
}

/**
 * Returns environment variables with a credential. Iceberg resolves `env:NAME`, so the credential is neither on the
 * command line nor on Spark's web pages.
 */
function credentialIn(name: string, auth: EngineAccess['auth']): [string, string][] {
  if (auth.kind === 'access-key')
    return [
      [`${toVariable(name)}_ID`, auth.accessKeyId],
      [`${toVariable(name)}_SECRET`, auth.secretAccessKey],
    ]
  return auth.kind === 'credential' ? [[toVariable(name), auth.credential]] : []
}

function toVariable(catalog: string): string {
  return `HEADGATE_CREDENTIAL_${catalog.toUpperCase()}`
}

function path(python: string): string {
  return `${dirname(python)}:${process.env['PATH'] ?? ''}`
}
