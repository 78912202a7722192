import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configurationPage } from './configuration-page.ts'
import { readConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { flagsPage } from './flags-page.ts'
import { Secret } from './secret.ts'
import { readMasterKey } from './secrets.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const databaseUrl = 'postgresql://headgate:hunter2@db.example.com/headgate'

function problems(environment: Readonly<Record<string, string>>, args: readonly string[] = []): string {
  try {
    readConfig(environment, args)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headgate-config-'))
})
afterAll(async () => await rm(directory, { recursive: true, force: true }))

describe('readConfig', () => {
  test('readConfig returns a private server with an embedded database when nothing is set', () => {
    const config = readConfig({}, [])
    expect(config.listen).toMatchObject({ host: '127.0.0.1', port: 8181, tls: null })
    expect(config).toMatchObject({
      publicUrl: null,
      databaseUrl: null,
      dataDir: resolve('.headgate'),
      warnings: [],
    })
    expect(config.masterKey).toEqual({ kind: 'file', path: resolve('.headgate/master-key'), generate: true })
    expect(config.context).toMatchObject({
      anonymous: false,
      tokenTtlSeconds: 3_600,
      policyMaxAgeMs: 10_000,
      cedarPolicies: null,
      idempotencyLifetimeSeconds: 1_800,
      namespaceSeparator: '%1F',
      defaultWarehouse: 'lakehouse',
      verifyMetadataFiles: true,
      auditReads: 'log',
      auditRetentionSeconds: 90 * 86_400,
      retiredKeySeconds: 90 * 86_400,
      limits: { maxBodyBytes: 16_777_216 },
    })
  })

  test('readConfig accepts the settings of a production server', () => {
    const config = readConfig(
      {
        HEADGATE_HOST: '0.0.0.0',
        HEADGATE_PUBLIC_URL: 'https://catalog.example.com/',
        HEADGATE_DATABASE_URL: databaseUrl,
        HEADGATE_MASTER_KEY: key,
        HEADGATE_CORS_ORIGINS: 'https://a.example, https://b.example:8443',
      },
      [],
    )
    expect(config.publicUrl).toBe('https://catalog.example.com')
    expect(config.databaseUrl?.reveal()).toBe(databaseUrl)
    expect(config.context.corsOrigins).toEqual(['https://a.example', 'https://b.example:8443'])
  })

  test('readConfig puts the storage gateway on the port after that of the catalog, or on the configured port', () => {
    const readGatewayPort = (environment: Readonly<Record<string, string>>): number | undefined =>
      readConfig(environment, []).gateway?.listen.port
    expect(readGatewayPort({})).toBe(8182)
    expect(readGatewayPort({ HEADGATE_PORT: '9000' })).toBe(9001)
    expect(readGatewayPort({ HEADGATE_PORT: '0' })).toBe(0)
    expect(readGatewayPort({ HEADGATE_PORT: '9000', HEADGATE_S3_PORT: '9100' })).toBe(9100)
  })

  test('readConfig allows local warehouses in the data directory, or in the configured locations', () => {
    const readFileRoots = (environment: Readonly<Record<string, string>>): readonly string[] =>
      readConfig({ HEADGATE_DATA_DIR: '/data', ...environment }, []).context.fileRoots
    expect(readFileRoots({})).toEqual(['file:///data/warehouses'])
    expect(readFileRoots({ HEADGATE_FILE_ROOTS: 'file:///a,file:///b' })).toEqual(['file:///a', 'file:///b'])
  })

  test('readConfig sets no time limit for audit events when the retention is 0', () => {
    expect(readConfig({ HEADGATE_AUDIT_RETENTION_DAYS: '0' }, []).context.auditRetentionSeconds).toBe(0)
  })

  test('readConfig keeps retired signing keys longer than the longest lifetime of tokens and sessions that need them', () => {
    const longest = { HEADGATE_STORAGE_REFRESH_CAP: '604800', HEADGATE_TOKEN_TTL_SECONDS: '86400' }
    const { retiredKeySeconds, storageAccess, tokenTtlSeconds } = readConfig(
      { ...longest, HEADGATE_RETIRED_KEY_DAYS: '8' },
      [],
    ).context
    const gatewaySession = 7 * 86_400
    expect(retiredKeySeconds).toBeGreaterThan(
      Math.max(tokenTtlSeconds, storageAccess.lives.capMs / 1_000, gatewaySession),
    )
    expect(problems({ HEADGATE_STORAGE_REFRESH_CAP: '604801' })).toMatch(/HEADGATE_STORAGE_REFRESH_CAP/)
    for (const days of ['7', '2', '0'])
      expect(problems({ HEADGATE_RETIRED_KEY_DAYS: days })).toMatch(/HEADGATE_RETIRED_KEY_DAYS must be/)
  })

  test('readConfig divides the limits of the server by the number of workers', () => {
    const limits = { HEADGATE_DATABASE_POOL_SIZE: '20', HEADGATE_MAX_CONCURRENT_REQUESTS: '100' }
    const config = readConfig({ ...limits, HEADGATE_METADATA_CACHE_BYTES: '64MiB' }, ['--workers', '3'])
    expect(config).toMatchObject({ workers: 3, database: { poolSize: 6 } })
    expect(config.context).toMatchObject({
      limits: { maxConcurrentRequests: 33 },
      metadataCacheBytes: Math.floor((64 / 3) * 1024 ** 2),
    })
    expect(readConfig({}, [])).toMatchObject({ workers: 1, database: { poolSize: 20 } })
  })

  test('readConfig with workers=auto uses as many workers as cores, but at most one for each database connection', () => {
    expect(readConfig({ HEADGATE_WORKERS: 'auto', HEADGATE_DATABASE_POOL_SIZE: '45' }, []).workers).toBe(
      Math.min(availableParallelism(), 45),
    )
    expect(readConfig({ HEADGATE_WORKERS: 'auto', HEADGATE_DATABASE_POOL_SIZE: '1' }, []).workers).toBe(1)
  })

  test('readConfig prefers flags to variables, and treats an empty variable as not set', () => {
    const environment = { HEADGATE_PORT: '1', HEADGATE_HOST: '', HEADGATE_VERIFY_METADATA_FILES: 'yes' }
    const args = ['--port', '9', '--data-dir=/x y', '--insecure-anonymous', '--no-verify-metadata-files']
    const config = readConfig(environment, args)
    expect(config.listen).toMatchObject({ port: 9, host: '127.0.0.1' })
    expect(config.dataDir).toBe(resolve('/x y'))
    expect(config.context).toMatchObject({ anonymous: true, verifyMetadataFiles: false })
  })

  test.each([
    [{ HEADGATE_MAX_BODY_BYTES: '1MiB' }, 1_048_576],
    [{ HEADGATE_MAX_BODY_BYTES: '512KiB' }, 524_288],
    [{ HEADGATE_MAX_BODY_BYTES: '4096' }, 4_096],
  ])('readConfig reads the size %o', (environment, expected) => {
    expect(readConfig(environment, []).context.limits.maxBodyBytes).toBe(expected)
  })

  test.each([
    ['P1D', 86_400],
    ['PT1H30M', 5_400],
    ['PT90S', 90],
  ])('readConfig reads the duration %s', (text, expected) => {
    expect(readConfig({ HEADGATE_IDEMPOTENCY_LIFETIME: text }, []).context.idempotencyLifetimeSeconds).toBe(
      expected,
    )
  })

  test('readConfig warns about unknown variables, except those that Kubernetes or tests set', () => {
    const others = {
      HEADGATE_SERVICE_HOST: '10.0.0.1',
      HEADGATE_PORT_8181_TCP: 'x',
      HEADGATE_TEST_DATABASE_URL: 'x',
    }
    expect(readConfig({ ...others, HEADGATE_PROT: '1' }, []).warnings).toEqual([
      'The variable HEADGATE_PROT is unknown and ignored: compare its name with docs/reference/configuration.md.',
    ])
  })
})

describe('readConfig of invalid values', () => {
  test.each([
    [{ HEADGATE_PORT: '70000' }, 'HEADGATE_PORT must be a whole number from 0 to 65535, but is "70000".'],
    [{ HEADGATE_PORT: '1e3' }, 'HEADGATE_PORT must be a whole number'],
    [{ HEADGATE_PORT: 'tcp://10.0.0.1:8181' }, 'set enableServiceLinks to false'],
    [{ HEADGATE_INSECURE_ANONYMOUS: 'maybe' }, 'HEADGATE_INSECURE_ANONYMOUS must be `true` or `false`'],
    [
      { HEADGATE_WORKERS: '0' },
      'HEADGATE_WORKERS must be a whole number from 1 to 64, or `auto`, but is "0".',
    ],
    [{ HEADGATE_WORKERS: '65' }, 'HEADGATE_WORKERS must be a whole number from 1 to 64'],
    [{ HEADGATE_WORKERS: 'all' }, 'HEADGATE_WORKERS must be a whole number from 1 to 64'],
    [{ HEADGATE_LOG_LEVEL: 'loud' }, 'one of `trace`, `debug`'],
    [{ HEADGATE_MAX_BODY_BYTES: '1MB' }, 'HEADGATE_MAX_BODY_BYTES must be a whole number'],
    [{ HEADGATE_PUBLIC_URL: 'catalog.example.com' }, 'an absolute http or https URL'],
    [{ HEADGATE_PUBLIC_URL: 'https://user@catalog.example.com' }, 'an absolute http or https URL'],
    [{ HEADGATE_PUBLIC_URL: 'https://catalog.example.com?x=1' }, 'an absolute http or https URL'],
    [{ HEADGATE_IDEMPOTENCY_LIFETIME: '30 minutes' }, 'an ISO 8601 duration'],
    [{ HEADGATE_IDEMPOTENCY_LIFETIME: 'PT' }, 'an ISO 8601 duration'],
    [{ HEADGATE_NAMESPACE_SEPARATOR: '/' }, 'a percent-encoded character'],
    [{ HEADGATE_NAMESPACE_SEPARATOR: '%2F' }, 'a percent-encoded character'],
    [{ HEADGATE_DEFAULT_WAREHOUSE: 'a/b' }, 'a warehouse name'],
    [{ HEADGATE_CORS_ORIGINS: 'example.com' }, 'origins such as'],
    [{ HEADGATE_CORS_ORIGINS: 'https://example.com/' }, 'origins such as'],
    [{ HEADGATE_DATABASE_URL: 'mysql://root@db', HEADGATE_MASTER_KEY: key }, 'must begin with postgresql://'],
    [
      { HEADGATE_DATABASE_URL: 'postgresql://u:hunter2@[::1/d', HEADGATE_MASTER_KEY: key },
      'HEADGATE_DATABASE_URL is not a valid URL: percent-encode reserved characters',
    ],
  ])('readConfig refuses %o', (environment, sentence) => {
    expect(problems(environment)).toContain(sentence)
    expect(problems(environment)).not.toContain('hunter2')
  })

  test.each(['a,b/d', 'u:hunter2@a:5432,b:5432/d', 'u:hunter2@a,b?sslmode=require'])(
    'readConfig refuses a database URL with several hosts: %s',
    (rest) => {
      const message = problems({ HEADGATE_DATABASE_URL: `postgresql://${rest}`, HEADGATE_MASTER_KEY: key })
      expect(message).toContain('HEADGATE_DATABASE_URL names several hosts: name one host')
      expect(message).not.toContain('hunter2')
    },
  )

  test.each(['u:hunt,er2@a/d', 'a/d?application_name=a,b', 'a/d,e'])(
    'readConfig accepts a database URL with a comma that does not separate hosts: %s',
    (rest) => {
      const environment = { HEADGATE_DATABASE_URL: `postgresql://${rest}`, HEADGATE_MASTER_KEY: key }
      expect(() => readConfig(environment, [])).not.toThrow()
    },
  )

  test('readConfig reports all problems at once', () => {
    expect(problems({ HEADGATE_PORT: 'x', HEADGATE_LOG_FORMAT: 'xml' }).split('\n')).toHaveLength(2)
  })

  test.each([
    [['--prot', '1'], 'The flag --prot is unknown: did you mean --port?'],
    [['--frobnicate'], 'The flag --frobnicate is unknown: --help lists all flags.'],
    [['-p', '1'], 'The flag -p is unknown'],
    [['--no-port'], 'The flag --no-port is unknown'],
    [['--port'], '--port needs a value: integer, 0 to 65535.'],
    [['--port=x'], '--port must be a whole number from 0 to 65535, but is "x".'],
    [['serve'], 'The argument "serve" is refused'],
    [['--database-url', databaseUrl], 'The flag --database-url is unknown'],
    [['--master-key', key], 'The flag --master-key is unknown'],
  ])('readConfig refuses the command-line arguments %o', (args, sentence) => {
    expect(problems({}, args)).toContain(sentence)
  })

  test('readConfig reports a misspelled flag and its value as one problem', () => {
    expect(problems({}, ['--prot', '1', '--port', '2'])).toBe(
      'The flag --prot is unknown: did you mean --port?',
    )
  })

  test('readConfig refuses missing and empty secret files', async () => {
    expect(
      problems({ HEADGATE_DATABASE_URL_FILE: join(directory, 'none'), HEADGATE_MASTER_KEY: key }),
    ).toContain('ENOENT')
    await writeFile(join(directory, 'empty'), '\n')
    expect(
      problems({ HEADGATE_DATABASE_URL_FILE: join(directory, 'empty'), HEADGATE_MASTER_KEY: key }),
    ).toContain('is empty')
  })
})

describe('readConfig of contradictory settings', () => {
  test.each([
    [
      { HEADGATE_PORT: '9000', HEADGATE_S3_PORT: '9000' },
      'both 9000: the storage gateway needs a separate port',
    ],
    [{ HEADGATE_PORT: '65535' }, 'choose a lower port, or set HEADGATE_S3_PORT'],
    [{ HEADGATE_TLS_CERT_FILE: 'a' }, 'HEADGATE_TLS_CERT_FILE needs HEADGATE_TLS_KEY_FILE'],
    [{ HEADGATE_TLS_KEY_FILE: 'a' }, 'HEADGATE_TLS_KEY_FILE needs HEADGATE_TLS_CERT_FILE'],
    [{ HEADGATE_HOST: '0.0.0.0' }, 'set HEADGATE_PUBLIC_URL'],
    [{ HEADGATE_HOST: '::' }, 'set HEADGATE_PUBLIC_URL'],
    [
      { HEADGATE_TLS_CERT_FILE: 'a', HEADGATE_TLS_KEY_FILE: 'b', HEADGATE_PUBLIC_URL: 'http://c.example' },
      'set it to an https URL',
    ],
    [
      {
        HEADGATE_INSECURE_ANONYMOUS: 'true',
        HEADGATE_HOST: '10.0.0.1',
        HEADGATE_PUBLIC_URL: 'http://10.0.0.1',
      },
      'every client that reaches 10.0.0.1',
    ],
    [
      { HEADGATE_INSECURE_ANONYMOUS: 'true', HEADGATE_PUBLIC_URL: 'https://c.example' },
      'every client that reaches https://c.example',
    ],
    [{ HEADGATE_INSECURE_ANONYMOUS: 'true', HEADGATE_CORS_ORIGINS: '*' }, 'every web page'],
    [{ HEADGATE_AUTHORIZER: 'cedar' }, 'set HEADGATE_CEDAR_POLICIES to the file or directory'],
    [{ HEADGATE_CEDAR_POLICIES: 'p.cedar' }, 'HEADGATE_AUTHORIZER is grants, which ignores these policies'],
    [
      {
        HEADGATE_PUBLIC_URL: 'https://c.example/lake/',
        HEADGATE_ISSUERS: '[{ "issuer": "https://c.example/lake", "audience": "a" }]',
      },
      'HEADGATE_ISSUERS contains https://c.example/lake, which is this server',
    ],
    [{ HEADGATE_DATABASE_URL: databaseUrl }, 'needs HEADGATE_MASTER_KEY'],
    [
      { HEADGATE_DATABASE_URL: databaseUrl, HEADGATE_DATABASE_URL_FILE: 'a', HEADGATE_MASTER_KEY: key },
      'keep one',
    ],
    [{ HEADGATE_MASTER_KEY: key, HEADGATE_MASTER_KEY_FILE: 'a' }, 'keep one'],
    [{ HEADGATE_DATABASE_POOL_SIZE: '100' }, 'the embedded PostgreSQL accepts at most 45'],
    [{ HEADGATE_WORKERS: '21' }, 'HEADGATE_WORKERS is 21, but HEADGATE_DATABASE_POOL_SIZE is 20'],
    [
      { HEADGATE_WORKERS: '2', HEADGATE_MAX_CONCURRENT_REQUESTS: '1' },
      'HEADGATE_WORKERS is 2, but HEADGATE_MAX_CONCURRENT_REQUESTS is 1',
    ],
    [
      { HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS: '60000' },
      'HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS (60000) is longer than HEADGATE_REQUEST_TIMEOUT_MS (30000)',
    ],
  ])('readConfig refuses %o', (environment, sentence) => {
    expect(problems(environment)).toContain(sentence)
  })

  test.each([
    [{ HEADGATE_HOST: '::1', HEADGATE_INSECURE_ANONYMOUS: 'true' }],
    [{ HEADGATE_PORT: '0', HEADGATE_S3_PORT: '0' }],
    [{ HEADGATE_DATABASE_URL: 'postgresql://u:p@/d?host=/var/run', HEADGATE_MASTER_KEY: key }],
    [{ HEADGATE_PORT: '65535', HEADGATE_S3_PORT: '9000' }],
    [{ HEADGATE_PORT: '65535', HEADGATE_PUBLIC_URL: 'https://no-gateway.example' }],
    [
      {
        HEADGATE_HOST: 'localhost',
        HEADGATE_PUBLIC_URL: 'http://localhost:9/',
        HEADGATE_INSECURE_ANONYMOUS: 'true',
      },
    ],
    [{ HEADGATE_PUBLIC_URL: 'https://behind-a-proxy.example' }],
    [{ HEADGATE_TLS_CERT_FILE: 'a', HEADGATE_TLS_KEY_FILE: 'b', HEADGATE_PUBLIC_URL: 'https://c.example' }],
  ])('readConfig accepts %o', (environment) => {
    expect(problems(environment)).toBe('none')
  })
})

describe('Secret and readMasterKey', () => {
  test('a Secret reveals its value neither as text, nor as JSON, nor with inspect', () => {
    const secret = new Secret('hunter2')
    const printed = [
      String(secret),
      secret.toString(),
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect(secret),
    ]
    for (const text of printed) expect(text).not.toContain('hunter2')
    expect(secret.reveal()).toBe('hunter2')
  })

  test('a configuration does not print its secrets, and errors do not repeat them', () => {
    const environment = { HEADGATE_DATABASE_URL: databaseUrl, HEADGATE_MASTER_KEY: key }
    const config = readConfig(environment, [])
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })]) {
      expect(text).not.toContain('hunter2')
      expect(text).not.toContain(key)
    }
    expect(
      problems({ HEADGATE_DATABASE_URL: 'mysql://a:hunter2@b', HEADGATE_MASTER_KEY: key }),
    ).not.toContain('hunter2')
    expect(problems({}, ['--database-url=postgres://a:hunter2@b'])).not.toContain('hunter2')
  })

  test('loadConfig reads secrets from files', async () => {
    await writeFile(join(directory, 'url'), `${databaseUrl}\n`)
    await writeFile(join(directory, 'key'), `${key}\n`)
    const files = {
      HEADGATE_DATABASE_URL_FILE: join(directory, 'url'),
      HEADGATE_MASTER_KEY_FILE: join(directory, 'key'),
    }
    const config = readConfig(files, [])
    expect(config.databaseUrl?.reveal()).toBe(databaseUrl)
    expect((await readMasterKey(config.masterKey)).reveal()).toBe(key)
  })

  test('concurrent starts create one master key file, which is complete and readable only by its owner', async () => {
    const { masterKey } = readConfig({ HEADGATE_DATA_DIR: join(directory, 'new') }, [])
    const keys = await Promise.all(
      Array.from({ length: 8 }, async () => (await readMasterKey(masterKey)).reveal()),
    )
    expect(new Set(keys).size).toBe(1)
    expect(Buffer.from(keys[0] ?? '', 'base64')).toHaveLength(32)
    expect((await stat(join(directory, 'new', 'master-key'))).mode & 0o777).toBe(0o600)
    expect((await readMasterKey(masterKey)).reveal()).toBe(keys[0])
  })

  test('readMasterKey does not create a master key file at a configured path', async () => {
    const { masterKey } = readConfig({ HEADGATE_MASTER_KEY_FILE: join(directory, 'missing') }, [])
    await expect(readMasterKey(masterKey)).rejects.toBeInstanceOf(ConfigError)
  })
})

describe('the reference of variables and flags', () => {
  test('the option --help lists every flag except those of secrets', () => {
    const shown = [...flagsPage().matchAll(/^ {2}--([\w-]+)/gm)].map(([, flag]) => flag)
    const flags = Object.values<Variable<unknown>>(variables).flatMap(({ flag }) => flag ?? [])
    expect(shown.toSorted()).toEqual(flags.toSorted())
    expect(shown).not.toContain('master-key')
  })

  test('docs/reference/configuration.md equals the generated page (`npm run docs`)', async () => {
    const path = join(import.meta.dirname, '../../../../docs/reference/configuration.md')
    expect(await readFile(path, 'utf8')).toBe(configurationPage())
  })

  test('the reference page of variables and flags lists every variable once, with a valid default', () => {
    const page = configurationPage()
    for (const variable of Object.values(variables)) {
      expect(page.split(`| \`${variable.name}\` |`), variable.name).toHaveLength(2)
      if (variable.fallback !== undefined) expect(() => variable.parse(variable.fallback ?? '')).not.toThrow()
      expect(variable.doc).toMatch(/\.$/)
    }
  })
})
