/** Values that the configuration snippets contain. */
export interface SnippetSettings {
  readonly url: string
  /** Text that tells the user where the secret of the proxy is, or undefined if clients need no secret. */
  readonly secret: string | undefined
}

/** Returns configuration examples for clients that use the proxy. */
export function snippets({ url, secret }: SnippetSettings): string {
  const pyiceberg =
    secret === undefined
      ? `load_catalog("lake", uri="${url}", auth={"type": "noop"})`
      : `load_catalog("lake", uri="${url}", token=SECRET)`
  const spark = [
    `spark.sql.catalog.lake=org.apache.iceberg.spark.SparkCatalog`,
    `spark.sql.catalog.lake.type=rest`,
    `spark.sql.catalog.lake.uri=${url}`,
    `spark.sql.catalog.lake.rest.auth.type=none`,
    ...(secret === undefined ? [] : ['spark.sql.catalog.lake.header.x-api-key=SECRET']),
  ]
  const headers = secret === undefined ? '' : ', "headers.x-api-key": SECRET'
  return [
    ['PyIceberg', pyiceberg],
    ['Spark', spark.join('\n')],
    ['LanceDB', `lancedb.connect_namespace("rest", {"uri": "${url}"${headers}})`],
    ...(secret === undefined ? [] : [['SECRET is', secret]]),
  ]
    .map(([name, text]) => `${name}\n${(text ?? '').replaceAll(/^/gm, '  ')}`)
    .join('\n')
}
