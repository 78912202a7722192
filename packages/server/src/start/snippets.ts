/** What the snippets need to know of a running server. */
export interface SnippetFacts {
  readonly url: string
  readonly warehouse: string
  /** File that holds `client_id:client_secret`; the snippets read it, they never hold it. Null: nothing is needed. */
  readonly credentialFile: string | null
  /** True when clients find the warehouse on their own disk, which some engines must be told. */
  readonly local: boolean
  /** The storage gateway, when the warehouse is reached through it; some engines must be told where it is. */
  readonly gateway: { readonly url: string; readonly region: string } | null
}

/** Ready to paste: how each engine reaches this server. */
export function snippets(facts: SnippetFacts): readonly { readonly title: string; readonly text: string }[] {
  return [
    { title: 'PyIceberg  (pip install "pyiceberg[pyarrow]")', text: pyIceberg(facts) },
    { title: 'Spark 4.1', text: spark(facts) },
    { title: 'Trino', text: trino(facts) },
  ]
}

function pyIceberg({ url, warehouse, credentialFile }: SnippetFacts): string {
  const credential =
    credentialFile === null
      ? ''
      : `, scope="catalog",\n    credential=open(${JSON.stringify(credentialFile)}).read().strip()`
  return `from pyiceberg.catalog import load_catalog
catalog = load_catalog("${warehouse}", type="rest", uri="${url}", warehouse="${warehouse}"${credential})
print(catalog.list_namespaces())`
}

function spark({ url, warehouse, credentialFile, local }: SnippetFacts): string {
  const catalog = `spark.sql.catalog.${warehouse}`
  const settings = [
    'spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions',
    `${catalog}=org.apache.iceberg.spark.SparkCatalog`,
    `${catalog}.type=rest`,
    `${catalog}.uri=${url}`,
    `${catalog}.warehouse=${warehouse}`,
    // DROP TABLE … PURGE is the catalog's work: the table's own keys end with the table.
    `${catalog}.rest-catalog-purge=true`,
    ...(credentialFile === null
      ? []
      : [
          `${catalog}.scope=catalog`,
          `${catalog}.oauth2-server-uri=${url}/v1/oauth/tokens`,
          // Long sessions renew their token by the credential, not by exchanging the old one.
          `${catalog}.token-exchange-enabled=false`,
          // Iceberg reads it from the environment: everybody on the machine can see command lines.
          `${catalog}.credential=env:HEADGATE_CREDENTIAL`,
        ]),
    `spark.sql.defaultCatalog=${warehouse}`,
  ]
  const lines = settings.map((setting) => `  --conf ${setting}`).join(' \\\n')
  const runtime = 'org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0'
  const packages = local ? runtime : `${runtime},org.apache.iceberg:iceberg-aws-bundle:1.12.0`
  const credential =
    credentialFile === null ? '' : `HEADGATE_CREDENTIAL="$(cat ${shellQuoted(credentialFile)})" `
  return `${credential}spark-sql --packages ${packages} \\\n${lines}`
}

function trino({ url, warehouse, credentialFile, local, gateway }: SnippetFacts): string {
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
    : gateway === null
      ? ''
      : vended(gateway)
  return `cat > etc/catalog/${warehouse}.properties <<END
connector.name=iceberg
iceberg.catalog.type=rest
iceberg.rest-catalog.uri=${url}
iceberg.rest-catalog.warehouse=${warehouse}
${security}${storage}END`
}

/** Trino takes keys from the catalog, and nothing else. */
function vended({ url, region }: NonNullable<SnippetFacts['gateway']>): string {
  return `iceberg.rest-catalog.vended-credentials-enabled=true
fs.s3.enabled=true
s3.endpoint=${url}
s3.path-style-access=true
s3.region=${region}
`
}

function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
