/** Facts about a running server that the snippets contain. */
export interface SnippetFacts {
  readonly url: string
  readonly warehouse: string
  /**
   * File with `client_id:client_secret`, from which the snippets read the credential. Null when the server is
   * anonymous.
   */
  readonly credentialFile: string | null
  /** True when clients read the warehouse from their own disk. Some engines need a setting for this. */
  readonly local: boolean
  /**
   * S3 endpoint of the warehouse, which some engines need as a setting. Null when the endpoint is unknown or the
   * storage is not S3.
   */
  readonly store: SnippetStore | null
  /**
   * Value of `X-Iceberg-Access-Delegation` for engines that do not send it by themselves. Null when the warehouse
   * issues no storage access.
   */
  readonly ask: 'vended-credentials' | 'remote-signing' | null
}

export interface SnippetStore {
  /** URL of the S3 endpoint. Null for AWS. */
  readonly url: string | null
  readonly region: string
  readonly pathStyle: boolean
}

/** Returns a snippet for each engine that connects it to the server. Users paste it into a shell or a program. */
export function snippets(facts: SnippetFacts): readonly { readonly title: string; readonly text: string }[] {
  return [
    { title: 'PyIceberg  (pip install "pyiceberg[pyarrow]")', text: pyIceberg(facts) },
    { title: 'Spark 4.1', text: spark(facts) },
    { title: 'Trino', text: trino(facts) },
    { title: 'DuckDB 1.5  (pip install duckdb)', text: duckDb(facts) },
    // Lance clients cannot have their storage requests signed.
    ...(facts.ask === 'remote-signing'
      ? []
      : [{ title: 'LanceDB  (pip install lancedb)', text: lanceDb(facts) }]),
  ]
}

function pyIceberg({ url, warehouse, credentialFile, ask }: SnippetFacts): string {
  const credential =
    credentialFile === null
      ? ''
      : `, scope="catalog",\n    credential=open(${JSON.stringify(credentialFile)}).read().strip()`
  const signing =
    ask === 'remote-signing'
      ? `,\n    **{"header.X-Iceberg-Access-Delegation": "remote-signing", "py-io-impl": "pyiceberg.io.fsspec.FsspecFileIO"}`
      : ''
  return `from pyiceberg.catalog import load_catalog
catalog = load_catalog("${warehouse}", type="rest", uri="${url}", warehouse="${warehouse}"${credential}${signing})
print(catalog.list_namespaces())`
}

function spark({ url, warehouse, credentialFile, local, ask }: SnippetFacts): string {
  const catalog = `spark.sql.catalog.${warehouse}`
  const settings = [
    'spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
    `${catalog}=org.apache.iceberg.spark.SparkCatalog`,
    `${catalog}.type=rest`,
    `${catalog}.uri=${url}`,
    `${catalog}.warehouse=${warehouse}`,
    // With this setting, the catalog deletes the files of DROP TABLE … PURGE. Spark itself cannot, because its
    // storage credentials become invalid when the table is dropped.
    `${catalog}.rest-catalog-purge=true`,
    ...(ask === null
      ? []
      : [
          // Spark requests storage access from the catalog only with this header.
          `${catalog}.header.X-Iceberg-Access-Delegation=${ask}`,
        ]),
    ...(credentialFile === null
      ? []
      : [
          `${catalog}.scope=catalog`,
          `${catalog}.oauth2-server-uri=${url}/v1/oauth/tokens`,
          // With this setting, Spark requests a new token with the credential and not by an exchange of the previous
          // token, so long sessions do not end.
          `${catalog}.token-exchange-enabled=false`,
          // Iceberg reads the credential from the environment, because all users of the machine can see command
          // lines.
          `${catalog}.credential=env:HEADGATE_CREDENTIAL`,
        ]),
    `spark.sql.defaultCatalog=${warehouse}`,
  ]
  const lines = settings.map((setting) => `  --conf ${setting}`).join(' \\\n')
  const runtime = 'org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0'
  const packages = local ? runtime : `${runtime},org.apache.iceberg:iceberg-aws-bundle:1.12.0`
  // When the catalog returns no storage credentials for a table, Iceberg uses the AWS keys in the environment. These
  // invalid keys prevent that Iceberg sends the real keys of the machine.
  const noKeys = ask === null ? '' : 'AWS_ACCESS_KEY_ID=unused AWS_SECRET_ACCESS_KEY=unused '
  const credential =
    credentialFile === null ? '' : `HEADGATE_CREDENTIAL="$(cat ${shellQuoted(credentialFile)})" `
  return `${noKeys}${credential}spark-sql --packages ${packages} \\\n${lines}`
}

function trino({ url, warehouse, credentialFile, local, store, ask }: SnippetFacts): string {
  const security =
    credentialFile === null
      ? ''
      : `iceberg.rest-catalog.security=OAUTH2
iceberg.rest-catalog.oauth2.server-uri=${url}/v1/oauth/tokens
iceberg.rest-catalog.oauth2.scope=catalog
iceberg.rest-catalog.oauth2.token-exchange-enabled=false
iceberg.rest-catalog.oauth2.credential=$(cat ${shellQuoted(credentialFile)})
`
  const storage = local
    ? 'fs.local.enabled=true\nlocal.location=/\n'
    : ask === 'vended-credentials' && store !== null
      ? vended(store)
      : ''
  return `cat > etc/catalog/${warehouse}.properties <<END
connector.name=iceberg
iceberg.catalog.type=rest
iceberg.rest-catalog.uri=${url}
iceberg.rest-catalog.warehouse=${warehouse}
${security}${storage}END`
}

/** Returns the settings with which Trino uses the storage credentials that the catalog issues. */
function vended({ url, region, pathStyle }: SnippetStore): string {
  const endpoint = url === null ? '' : `s3.endpoint=${url}\ns3.path-style-access=${String(pathStyle)}\n`
  return `iceberg.rest-catalog.vended-credentials-enabled=true
fs.s3.enabled=true
${endpoint}s3.region=${region}
`
}

function duckDb({ url, warehouse, credentialFile, ask }: SnippetFacts): string {
  const options = [
    'TYPE iceberg',
    `ENDPOINT '${url}'`,
    credentialFile === null ? "AUTHORIZATION_TYPE 'none'" : 'SECRET catalog',
    ...(ask === null ? ["ACCESS_DELEGATION_MODE 'none'"] : []),
  ]
  const secret =
    credentialFile === null
      ? ''
      : `client_id, client_secret = open(${JSON.stringify(credentialFile)}).read().strip().split(":", 1)
db.execute(f"""CREATE SECRET catalog (TYPE iceberg, CLIENT_ID '{client_id}', CLIENT_SECRET '{client_secret}',
  OAUTH2_SCOPE 'catalog', OAUTH2_SERVER_URI '${url}/v1/oauth/tokens')""")
`
  return `import duckdb
db = duckdb.connect()
db.execute("INSTALL iceberg; LOAD iceberg")
${secret}db.execute("ATTACH '${warehouse}' AS ${warehouse} (${options.join(', ')})")
print(db.sql("SHOW ALL TABLES"))`
}

function lanceDb({ url, warehouse, credentialFile }: SnippetFacts): string {
  const key =
    credentialFile === null
      ? ''
      : `,\n    "header.x-api-key": open(${JSON.stringify(credentialFile)}).read().strip()`
  return `import lancedb
db = lancedb.connect_namespace("rest", {"uri": "${url}/lance/${warehouse}"${key}})
print(db.list_tables())`
}

function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
