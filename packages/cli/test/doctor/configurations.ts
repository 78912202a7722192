/** Configuration file of an engine that contains a client secret. */
export interface SecretConfiguration {
  readonly name: string
  readonly file: string
  /** Returns the text of the file. */
  readonly text: (url: string, secret: string) => string
}

/** Quotes a text for SQL. */
const sql = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Example configurations with secrets, for each engine whose configuration the doctor can read. */
export const secretConfigurations: readonly SecretConfiguration[] = [
  {
    name: 'Spark with a credential',
    file: 'spark.conf',
    text: (url, secret) =>
      `spark.sql.catalog.c.type rest\nspark.sql.catalog.c.uri ${url}\nspark.sql.catalog.c.credential etl:${secret}\nspark.sql.catalog.c.header.X-Iceberg-Access-Delegation vended-credentials\n`,
  },
  {
    name: 'Spark with a token',
    file: 'spark.conf',
    text: (url, secret) =>
      `spark.sql.catalog.c.type=rest\nspark.sql.catalog.c.uri=${url}\nspark.sql.catalog.c.token=${secret}\nspark.sql.catalog.c.token-refresh-enabled=false\n`,
  },
  {
    name: 'Spark with a header of a gateway',
    file: 'spark.conf',
    text: (url, secret) =>
      `spark.sql.catalog.c.type=rest\nspark.sql.catalog.c.uri=${url}\nspark.sql.catalog.c.header.X-Gateway-Key=${secret}\n`,
  },
  {
    name: 'Trino with a credential',
    file: 'c.properties',
    text: (url, secret) =>
      `iceberg.rest-catalog.uri=${url}\niceberg.rest-catalog.security=OAUTH2\niceberg.rest-catalog.oauth2.credential=etl:${secret}\niceberg.rest-catalog.vended-credentials-enabled=true\nfs.s3.enabled=true\ns3.region=us-east-1\ns3.endpoint=${url}\ns3.path-style-access=true\n`,
  },
  {
    name: 'Trino with signatures',
    file: 'c.properties',
    text: (url, secret) =>
      `iceberg.rest-catalog.uri=${url}\niceberg.rest-catalog.security=SIGV4\ns3.region=us-east-1\ns3.aws-access-key=AKIDEXAMPLE\ns3.aws-secret-key=${secret}\n`,
  },
  {
    name: 'PyIceberg with a credential',
    file: '.pyiceberg.yaml',
    text: (url, secret) =>
      `catalog:\n  default:\n    uri: ${url}\n    credential: ${JSON.stringify(`etl:${secret}`)}\n`,
  },
  {
    name: 'PyIceberg with HTTP Basic',
    file: '.pyiceberg.yaml',
    text: (url, secret) =>
      `catalog:\n  default:\n    uri: ${url}\n    auth:\n      type: basic\n      basic:\n        username: etl\n        password: ${JSON.stringify(secret)}\n`,
  },
  {
    name: 'DuckDB with a secret',
    file: 'a.sql',
    text: (url, secret) =>
      `CREATE SECRET s (TYPE iceberg, CLIENT_ID 'etl', CLIENT_SECRET ${sql(secret)}, OAUTH2_SERVER_URI '${url}/token');\nATTACH 'w' AS c (TYPE iceberg, ENDPOINT '${url}', SECRET s);`,
  },
  {
    name: 'DuckDB with a token',
    file: 'a.sql',
    text: (url, secret) =>
      `CREATE SECRET s (TYPE iceberg, TOKEN ${sql(secret)});\nATTACH 'w' AS c (TYPE iceberg, ENDPOINT '${url}', SECRET s);`,
  },
  {
    name: 'StarRocks with a credential',
    file: 'a.sql',
    text: (url, secret) =>
      `CREATE EXTERNAL CATALOG c PROPERTIES ("iceberg.catalog.uri" = "${url}", "iceberg.catalog.oauth2.credential" = ${sql(`etl:${secret}`)}, "aws.s3.access_key" = "AK", "aws.s3.secret_key" = ${sql(secret)})`,
  },
  {
    name: 'Doris with keys of the storage',
    file: 'a.sql',
    text: (url, secret) =>
      `CREATE CATALOG c PROPERTIES ('iceberg.rest.uri' = '${url}', 'iceberg.rest.oauth2.credential' = ${sql(`etl:${secret}`)}, 's3.access_key' = 'AK', 's3.secret_key' = ${sql(secret)})`,
  },
]
