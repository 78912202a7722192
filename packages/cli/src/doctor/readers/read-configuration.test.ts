import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CatalogSettings } from '../catalog-settings.ts'
import { readConfiguration } from './read-configuration.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-doctor-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

interface Choice {
  readonly catalog?: string
  readonly env?: Readonly<Record<string, string>>
}

async function read(
  name: string,
  text: string,
  { catalog, env = {} }: Choice = {},
): Promise<CatalogSettings> {
  await writeFile(join(folder, name), text)
  const choice = { file: name, engine: undefined, engineVersion: undefined, catalog }
  return readConfiguration({ cwd: folder, env }, choice)
}

describe('Spark', () => {
  const file = `# a comment
spark.sql.catalog.lake                org.apache.iceberg.spark.SparkCatalog
spark.sql.catalog.lake.type           rest
spark.sql.catalog.lake.uri            https://catalog.example.com/
spark.sql.catalog.lake.warehouse=sales
spark.sql.catalog.lake.credential     env:LAKE_CREDENTIAL
spark.sql.catalog.lake.scope          catalog
spark.sql.catalog.lake.header.X-Iceberg-Access-Delegation  vended-credentials
spark.sql.catalog.other.type          hive
`

  it('the reader of a Spark properties file returns the catalog, the warehouse, the login and the requested storage access', async () => {
    const settings = await read('spark.conf', file, { env: { LAKE_CREDENTIAL: 'etl:secret' } })
    expect(settings).toMatchObject({
      engine: 'spark',
      uri: 'https://catalog.example.com',
      warehouse: 'sales',
      delegation: ['vended-credentials'],
      exchangesTokens: true,
      auth: { 'rest.auth.type': 'iceberg-legacy', credential: 'etl:secret', scope: 'catalog' },
      problems: [],
    })
    expect(settings.names.uri).toBe('spark.sql.catalog.lake.uri')
  })

  it('the configuration reader reports an environment variable that is not set, by its name', async () => {
    const { problems } = await read('spark.conf', file)
    expect(problems).toMatchObject([
      { id: 'variable-unset', remedy: expect.stringContaining('LAKE_CREDENTIAL') },
    ])
  })

  it('the configuration reader reads the settings in a spark-sql command like those in a file', async () => {
    const command = `AWS_ACCESS_KEY_ID=unused spark-sql --packages a:b:1 \\
  --conf spark.sql.catalog.lake.type=rest \\
  --conf "spark.sql.catalog.lake.uri=http://127.0.0.1:8181" \\
  --conf spark.sql.catalog.lake.token=TOKEN`
    expect(await read('command', command)).toMatchObject({
      engine: 'spark',
      uri: 'http://127.0.0.1:8181',
      delegation: [],
      auth: { 'rest.auth.type': 'iceberg-legacy', token: 'TOKEN' },
    })
  })

  it('a token with token-refresh-enabled false becomes a fixed bearer token', async () => {
    const text = `spark.sql.catalog.a.type rest\nspark.sql.catalog.a.uri http://h\nspark.sql.catalog.a.token T\nspark.sql.catalog.a.token-refresh-enabled false\n`
    expect((await read('s', text)).auth).toEqual({ 'rest.auth.type': 'bearer', token: 'T' })
  })

  it('the configuration reader refuses a file with several catalogs unless the user or the file chooses one', async () => {
    const two = `spark.sql.catalog.a.type rest\nspark.sql.catalog.a.uri http://a\nspark.sql.catalog.b.type rest\nspark.sql.catalog.b.uri http://b\n`
    await expect(read('s', two)).rejects.toThrow('several catalogs: a, b')
    expect(await read('s', two, { catalog: 'b' })).toMatchObject({ uri: 'http://b' })
    expect(await read('s', `${two}spark.sql.defaultCatalog b\n`)).toMatchObject({ uri: 'http://b' })
  })
})

describe('Trino', () => {
  const file = `connector.name=iceberg
iceberg.catalog.type=rest
iceberg.rest-catalog.uri=http://127.0.0.1:8181
iceberg.rest-catalog.warehouse=lakehouse
iceberg.rest-catalog.security=OAUTH2
iceberg.rest-catalog.oauth2.credential=\${ENV:TRINO_CREDENTIAL}
iceberg.rest-catalog.oauth2.server-uri=http://127.0.0.1:8181/v1/oauth/tokens
iceberg.rest-catalog.session=USER
iceberg.rest-catalog.vended-credentials-enabled=true
iceberg.rest-catalog.http-headers=X-Realm:main,X-Other: b
fs.s3.enabled=true
s3.endpoint=http://127.0.0.1:8182
s3.region=us-east-1
s3.path-style-access=true
`

  it('the reader of a Trino catalog file returns the login, the session, the headers and the storage', async () => {
    expect(await read('lake.properties', file, { env: { TRINO_CREDENTIAL: 'trino:s' } })).toMatchObject({
      engine: 'trino',
      userSession: true,
      headers: { 'x-realm': 'main', 'x-other': 'b' },
      auth: { 'rest.auth.type': 'iceberg-legacy', credential: 'trino:s' },
      storage: { endpoint: 'http://127.0.0.1:8182', region: 'us-east-1', pathStyle: true },
      problems: [],
    })
  })

  it('the configuration reader reports settings of Trino that cannot work together', async () => {
    const env = { TRINO_CREDENTIAL: 'trino:s' }
    const ids = async (text: string): Promise<readonly string[]> =>
      (await read('lake.properties', text, { env })).problems.map(({ id }) => id)
    expect(await ids(file.replace('fs.s3.enabled=true\n', ''))).toEqual(['file-system-disabled'])
    expect(await ids(`${file}iceberg.rest-catalog.oauth2.token-exchange-enabled=false\n`)).toEqual([
      'user-session-without-exchange',
    ])
    expect(await ids(`${file}iceberg.register-table-procedure.enabled=true\n`)).toEqual([
      'register-procedure-with-vending',
    ])
  })

  it('a Trino catalog file signs requests with the keys and the region of its S3 settings', async () => {
    const signed = file
      .replace('OAUTH2', 'SIGV4')
      .concat('iceberg.rest-catalog.signing-name=glue\ns3.aws-access-key=AK\ns3.aws-secret-key=SK\n')
    expect((await read('lake.properties', signed, { env: { TRINO_CREDENTIAL: 'x' } })).auth).toEqual({
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.service': 'glue',
      'rest.auth.sigv4.region': 'us-east-1',
      'rest.auth.sigv4.access-key-id': 'AK',
      'rest.auth.sigv4.secret-access-key': 'SK',
    })
  })
})

describe('PyIceberg', () => {
  const file = `catalog:
  default:
    uri: https://catalog.example.com
    warehouse: lakehouse
    credential: etl:secret
    oauth2-server-uri: https://login.example.com/token
    ssl:
      cabundle: ca.pem
  local:
    type: sql
    uri: sqlite:///x
`

  it('the reader of a PyIceberg file returns the login and the bundle of certificate authorities, and requests credentials by default', async () => {
    expect(await read('.pyiceberg.yaml', file)).toMatchObject({
      engine: 'pyiceberg',
      uri: 'https://catalog.example.com',
      delegation: ['vended-credentials'],
      exchangesTokens: false,
      tokenEndpoint: 'https://login.example.com/token',
      caFile: join(folder, 'ca.pem'),
      auth: { 'rest.auth.type': 'iceberg-legacy', credential: 'etl:secret' },
    })
  })

  it('environment variables replace values of the PyIceberg file', async () => {
    const env = {
      PYICEBERG_CATALOG__DEFAULT__URI: 'http://other',
      PYICEBERG_CATALOG__DEFAULT__S3__REGION: 'eu-west-1',
    }
    expect(await read('.pyiceberg.yaml', file, { env })).toMatchObject({
      uri: 'http://other',
      storage: { region: 'eu-west-1' },
    })
  })

  it('an empty header X-Iceberg-Access-Delegation requests no storage access', async () => {
    const text = `catalog:\n  a:\n    uri: http://a\n    header.X-Iceberg-Access-Delegation: ""\n`
    expect(await read('.pyiceberg.yaml', text)).toMatchObject({
      delegation: [],
      auth: { 'rest.auth.type': 'none' },
    })
  })

  it('the configuration reader converts the properties of the OAuth2 manager of PyIceberg', async () => {
    const text = `catalog:
  a:
    uri: http://a
    auth:
      type: oauth2
      oauth2:
        client_id: etl
        client_secret: secret
        token_url: http://a/token
        refresh_margin: 60
`
    expect((await read('.pyiceberg.yaml', text)).auth).toEqual({
      'auth.type': 'oauth2',
      'auth.oauth2.client_id': 'etl',
      'auth.oauth2.client_secret': 'secret',
      'auth.oauth2.token_url': 'http://a/token',
    })
  })

  it('the error for a configuration with invalid YAML contains no text of the file', async () => {
    const broken = 'catalog:\n  a:\n    credential: "secret-value\n    uri: {'
    await expect(read('.pyiceberg.yaml', broken)).rejects.toThrow(
      /^\.pyiceberg\.yaml: the file is not valid YAML( \(line \d\))?\.$/,
    )
  })
})

describe('DuckDB', () => {
  const sql = `-- A comment with 'quotes'
CREATE OR REPLACE SECRET catalog (TYPE iceberg, CLIENT_ID 'duck', CLIENT_SECRET 'it''s secret',
  OAUTH2_SCOPE 'catalog', OAUTH2_SERVER_URI 'http://127.0.0.1:8181/v1/oauth/tokens');
ATTACH 'lakehouse' AS lake (TYPE iceberg, ENDPOINT 'http://127.0.0.1:8181', SECRET catalog);
SELECT * FROM lake.sales.orders;`

  it('the DuckDB statement ATTACH and its secret set the login, which DuckDB sends in a header', async () => {
    expect(await read('a.sql', sql)).toMatchObject({
      engine: 'duckdb',
      uri: 'http://127.0.0.1:8181',
      warehouse: 'lakehouse',
      delegation: ['vended-credentials'],
      auth: {
        'rest.auth.type': 'oauth2',
        'rest.auth.oauth2.client-auth': 'client_secret_basic',
        'rest.auth.oauth2.client-id': 'duck',
        'rest.auth.oauth2.client-secret': "it's secret",
        'rest.auth.oauth2.scope': 'catalog',
      },
      problems: [],
    })
  })

  it('the DuckDB option ACCESS_DELEGATION_MODE none requests no storage access, and a secret of type s3 contains the storage keys', async () => {
    const own = sql
      .replace('SECRET catalog)', "SECRET catalog, ACCESS_DELEGATION_MODE 'none')")
      .concat(
        `CREATE SECRET s (TYPE s3, KEY_ID 'AK', SECRET 'SK', REGION 'eu-west-1', ENDPOINT '127.0.0.1:9000', URL_STYLE 'path', USE_SSL false);`,
      )
    expect(await read('a.sql', own)).toMatchObject({
      delegation: [],
      storage: {
        endpoint: 'http://127.0.0.1:9000',
        region: 'eu-west-1',
        pathStyle: true,
        keys: { accessKeyId: 'AK', secretAccessKey: 'SK' },
      },
    })
  })

  it('DuckDB takes the service and the region of signatures from the host name', async () => {
    const glue = `CREATE SECRET (TYPE s3, KEY_ID 'AK', SECRET 'SK', REGION 'us-east-2');
ATTACH '123456789012' AS g (TYPE iceberg, ENDPOINT 'glue.us-east-2.amazonaws.com/iceberg', AUTHORIZATION_TYPE 'sigv4')`
    expect(await read('a.sql', glue)).toMatchObject({
      uri: 'https://glue.us-east-2.amazonaws.com/iceberg',
      auth: { 'rest.auth.sigv4.service': 'glue', 'rest.auth.sigv4.region': 'us-east-2' },
    })
  })

  it('the configuration reader reports a DuckDB secret without a client id', async () => {
    const { problems } = await read('a.sql', sql.replace("CLIENT_ID 'duck', ", ''))
    expect(problems.map(({ id }) => id)).toEqual(['client-id-missing'])
  })
})

describe('StarRocks and Doris', () => {
  it('the StarRocks statement CREATE CATALOG sets the catalog, the login and the vending of credentials', async () => {
    const sql = `CREATE EXTERNAL CATALOG lake PROPERTIES ("type" = "iceberg", "iceberg.catalog.type" = "rest",
"iceberg.catalog.uri" = "http://c:8181", "iceberg.catalog.oauth2.credential" = "a:b", "aws.s3.region" = "eu-west-1");`
    expect(await read('a.sql', sql)).toMatchObject({
      engine: 'starrocks',
      uri: 'http://c:8181',
      delegation: ['vended-credentials'],
      storage: { region: 'eu-west-1' },
    })
  })

  it('a Doris catalog requests credentials only if it is configured', async () => {
    const sql = `CREATE CATALOG lake PROPERTIES ('type' = 'iceberg', 'iceberg.rest.uri' = 'http://c:8181')`
    expect(await read('a.sql', sql)).toMatchObject({ engine: 'doris', delegation: [] })
    const vending = sql.replace(')', ", 'iceberg.rest.vended-credentials-enabled' = 'true')")
    expect(await read('a.sql', vending)).toMatchObject({ delegation: ['vended-credentials'] })
  })
})

it('the configuration reader refuses a file of an unknown engine, and names the known engines', async () => {
  await expect(read('x', 'hello')).rejects.toMatchObject({
    exitCode: 2,
    next: expect.stringContaining('--uri'),
  })
  await expect(read('x', 'iceberg.rest-catalog.warehouse=a')).rejects.toThrow(
    'iceberg.rest-catalog.uri is not set',
  )
})
