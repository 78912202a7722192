import { dirname, join } from 'node:path'
import { findJdk } from '../../conformance/lib/jdk.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { frontKeys } from '../../conformance/lib/signed-front.ts'

/** Paths of the installed client programs. */
export interface Programs {
  readonly pyiceberg: string
  /** Path of a Python interpreter with boto3, with which PyIceberg signs requests. */
  readonly botocore: string
  readonly duckdb: string
  readonly lance: string
  readonly nodeLance: string
  /** Installation of Spark, or undefined if the run omits Spark. */
  readonly spark: { readonly python: string; readonly jars: readonly string[] } | undefined
}

/** Runs a client program, and returns the number of rows that it has read. */
export type RunClient = (name: string, options: ClientRun) => Promise<number>

export interface ClientRun {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export function clientRunner(keeper: ProcessKeeper, folder: string): RunClient {
  return async (name, { command, args, env = {} }) => {
    let rows: number | undefined
    const log = join(folder, `${name}.log`)
    await keeper.run({
      name,
      command,
      args: [...args, name.replaceAll(/\W/g, '_')],
      env,
      log,
      timeoutMs: 600_000,
      onLine: (line) => {
        rows = Number(/^@@rows (\d+)$/.exec(line)?.[1] ?? rows)
      },
    })
    if (rows === undefined) throw new Error(`${name} counted no rows; see ${log}`)
    return rows
  }
}

const script = (name: string): string => join(import.meta.dirname, name)

export function pyIceberg(python: string, properties: Readonly<Record<string, unknown>>): ClientRun {
  const all = { ...properties, 'py-io-impl': 'pyiceberg.io.pyarrow.PyArrowFileIO' }
  return { command: python, args: [script('pyiceberg_client.py'), JSON.stringify(all)] }
}

/** Returns the run of a PyIceberg that signs its requests itself, with boto3 from another installation. */
export function signingPyIceberg(programs: Programs, uri: string, sitePackages: string): ClientRun {
  return {
    ...pyIceberg(programs.pyiceberg, {
      uri,
      auth: { type: 'noop' },
      'rest.sigv4-enabled': 'true',
      'rest.signing-region': frontKeys.region,
      'rest.signing-name': frontKeys.service,
      'client.access-key-id': frontKeys.accessKeyId,
      'client.secret-access-key': frontKeys.secretAccessKey,
      'client.region': frontKeys.region,
    }),
    env: { PYTHONPATH: sitePackages },
  }
}

export function duckDb(python: string, uri: string, warehouse: string): ClientRun {
  return { command: python, args: [script('duckdb_client.py'), uri, warehouse] }
}

export function pythonLance(
  python: string,
  uri: string,
  headers: Readonly<Record<string, string>> = {},
): ClientRun {
  return { command: python, args: [script('lance_client.py'), uri, JSON.stringify(headers)] }
}

export function nodeLance(
  folder: string,
  uri: string,
  headers: Readonly<Record<string, string>> = {},
): ClientRun {
  return {
    command: process.execPath,
    args: [script('lance_client.mjs'), folder, uri, JSON.stringify(headers)],
  }
}

export function spark(
  { python, jars }: NonNullable<Programs['spark']>,
  uri: string,
  catalog: Readonly<Record<string, string>>,
): ClientRun {
  const settings = {
    'spark.master': 'local[2]',
    'spark.driver.memory': '1g',
    'spark.driver.extraJavaOptions': '-XX:TieredStopAtLevel=1',
    'spark.jars': jars.join(','),
    'spark.ui.enabled': 'false',
    'spark.sql.shuffle.partitions': '2',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
    'spark.sql.catalogImplementation': 'in-memory',
    'spark.sql.extensions': 'org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
    'spark.sql.catalog.lake': 'org.apache.iceberg.spark.SparkCatalog',
    'spark.sql.catalog.fixture.type': 'rest',
    'spark.sql.catalog.fixture.uri': uri,
    ...Object.fromEntries(
      Object.entries(catalog).map(([key, value]) => [`spark.sql.catalog.fixture.${key}`, value]),
    ),
  }
  return {
    command: python,
    args: [script('spark_client.py'), JSON.stringify(settings)],
    env: {
      JAVA_HOME: findJdk(17, 21).home,
      SPARK_LOCAL_IP: '127.0.0.1',
      PYSPARK_PYTHON: python,
      PATH: `${dirname(python)}:${process.env['PATH'] ?? ''}`,
    },
  }
}

/** Properties with which Spark signs its requests itself and sends no other authentication. */
export const signingSpark: Readonly<Record<string, string>> = {
  'rest.auth.type': 'sigv4',
  'rest.auth.sigv4.delegate-auth-type': 'none',
  'rest.signing-region': frontKeys.region,
  'rest.signing-name': frontKeys.service,
  'rest.access-key-id': frontKeys.accessKeyId,
  'rest.secret-access-key': frontKeys.secretAccessKey,
}
