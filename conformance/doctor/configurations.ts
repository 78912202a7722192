/** Values that the configurations of all engines contain, such as the catalog URL and the credential. */
export interface Target {
  readonly uri: string
  readonly warehouse: string
  /** Credential in the form `CLIENT_ID:CLIENT_SECRET`. */
  readonly credential: string
  /** Token endpoint. Default: the token endpoint of the catalog. */
  readonly tokenUri?: string
  readonly scope?: string
  /** S3 endpoint, for engines that do not take the endpoint from the catalog. */
  readonly s3Url?: string
}

const tokenUri = ({ uri, tokenUri: own }: Target): string => own ?? `${uri}/v1/oauth/tokens`

/** Returns the configuration of Spark that `docs/how-to/engines/spark.md` shows. */
export function sparkFile(target: Target, more: Readonly<Record<string, string>> = {}): string {
  const settings = {
    type: 'rest',
    uri: target.uri,
    warehouse: target.warehouse,
    'oauth2-server-uri': tokenUri(target),
    scope: target.scope ?? 'catalog',
    credential: target.credential,
    'header.X-Iceberg-Access-Delegation': 'vended-credentials',
    'rest-catalog-purge': 'true',
    ...more,
  }
  const lines = Object.entries(settings).flatMap(([name, value]) =>
    value === '' ? [] : [`spark.sql.catalog.lakehouse.${name}   ${value}`],
  )
  return ['spark.sql.catalog.lakehouse   org.apache.iceberg.spark.SparkCatalog', ...lines, ''].join('\n')
}

/** Returns the catalog file of Trino that `docs/how-to/engines/trino.md` shows. */
export function trinoFile(target: Target, more: Readonly<Record<string, string>> = {}): string {
  const rest = 'iceberg.rest-catalog.'
  const settings = {
    'connector.name': 'iceberg',
    'iceberg.catalog.type': 'rest',
    [`${rest}uri`]: target.uri,
    [`${rest}warehouse`]: target.warehouse,
    [`${rest}security`]: 'OAUTH2',
    [`${rest}oauth2.credential`]: target.credential,
    [`${rest}oauth2.scope`]: target.scope ?? 'catalog',
    [`${rest}oauth2.server-uri`]: tokenUri(target),
    [`${rest}nested-namespace-enabled`]: 'true',
    [`${rest}vended-credentials-enabled`]: 'true',
    'fs.s3.enabled': 'true',
    's3.endpoint': target.s3Url ?? '',
    's3.region': 'us-east-1',
    's3.path-style-access': 'true',
    ...more,
  }
  return `${Object.entries(settings)
    .flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`]))
    .join('\n')}\n`
}

/** Returns the file `.pyiceberg.yaml` with the properties that `docs/how-to/engines/pyiceberg.md` shows. */
export function pyicebergFile(target: Target, more: Readonly<Record<string, string>> = {}): string {
  const settings = {
    type: 'rest',
    uri: target.uri,
    warehouse: target.warehouse,
    credential: target.credential,
    scope: target.scope ?? 'catalog',
    'oauth2-server-uri': tokenUri(target),
    ...more,
  }
  const lines = Object.entries(settings).flatMap(([name, value]) =>
    value === '' ? [] : [`    ${name}: ${JSON.stringify(value)}`],
  )
  return ['catalog:', '  lakehouse:', ...lines, ''].join('\n')
}

/** Returns the statements of DuckDB that `docs/how-to/engines/duckdb.md` shows. */
export function duckdbFile(target: Target, attach = ''): string {
  const [id = '', secret = ''] = target.credential.split(':')
  return `CREATE SECRET catalog (TYPE iceberg, CLIENT_ID '${id}', CLIENT_SECRET '${secret}',
  OAUTH2_SCOPE '${target.scope ?? 'catalog'}', OAUTH2_SERVER_URI '${tokenUri(target)}');
ATTACH '${target.warehouse}' AS lakehouse (TYPE iceberg, ENDPOINT '${target.uri}', SECRET catalog${attach});
`
}

/** Returns the statement of StarRocks that creates a catalog. */
export function starrocksFile(target: Target, more: Readonly<Record<string, string>> = {}): string {
  return sqlCatalog('CREATE EXTERNAL CATALOG', {
    type: 'iceberg',
    'iceberg.catalog.type': 'rest',
    'iceberg.catalog.uri': target.uri,
    'iceberg.catalog.warehouse': target.warehouse,
    'iceberg.catalog.security': 'oauth2',
    'iceberg.catalog.oauth2.credential': target.credential,
    'iceberg.catalog.oauth2.scope': target.scope ?? 'catalog',
    'iceberg.catalog.oauth2.server-uri': tokenUri(target),
    'iceberg.catalog.vended-credentials-enabled': 'true',
    ...more,
  })
}

/** Returns the statement of Doris that creates a catalog. */
export function dorisFile(target: Target, more: Readonly<Record<string, string>> = {}): string {
  return sqlCatalog('CREATE CATALOG', {
    type: 'iceberg',
    'iceberg.catalog.type': 'rest',
    'iceberg.rest.uri': target.uri,
    warehouse: target.warehouse,
    'iceberg.rest.security.type': 'oauth2',
    'iceberg.rest.oauth2.credential': target.credential,
    'iceberg.rest.oauth2.scope': target.scope ?? 'catalog',
    'iceberg.rest.oauth2.server-uri': tokenUri(target),
    'iceberg.rest.vended-credentials-enabled': 'true',
    ...more,
  })
}

function sqlCatalog(create: string, properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties).flatMap(([name, value]) =>
    value === '' ? [] : [`  "${name}" = "${value}"`],
  )
  return `${create} lakehouse PROPERTIES (\n${lines.join(',\n')}\n);\n`
}

/** Returns a properties file for the option `--properties` of `headgate doctor`. */
export function flagsFile(target: Target, more: Readonly<Record<string, string>> = {}): string {
  const settings = {
    credential: target.credential,
    scope: target.scope ?? 'catalog',
    'oauth2-server-uri': tokenUri(target),
    ...more,
  }
  return `${Object.entries(settings)
    .flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`]))
    .join('\n')}\n`
}
