import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { configFileSchema } from './config-file-schema.ts'
import { ConfigError } from './config-error.ts'
import { loadConfig, readConfig } from './config.ts'
import { configurationPage } from './configuration-page.ts'
import { parseConfigFile } from './read-config-file.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'

const parse = (text: string) => parseConfigFile(text, 'headgate.yaml')

function problems(text: string, environment: Readonly<Record<string, string>> = {}): string {
  try {
    readConfig(environment, [], { path: 'headgate.yaml', values: parse(text) })
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

describe('parseConfigFile', () => {
  test('parseConfigFile returns the text of each value, by the name of its variable', () => {
    const text = `
port: 9000
host: localhost # a comment
verify-metadata-files: false
max-body-bytes: 8MiB
cors-origins: [https://a.example, 'https://b.example']
trusted-proxies: 10.0.0.0/8, 127.0.0.1
workers: auto
log-level:
issuers: [{ issuer: https://idp.example, audience: [a, b] }]
`
    expect(parse(text)).toEqual({
      HEADGATE_PORT: '9000',
      HEADGATE_HOST: 'localhost',
      HEADGATE_VERIFY_METADATA_FILES: 'false',
      HEADGATE_MAX_BODY_BYTES: '8MiB',
      HEADGATE_CORS_ORIGINS: 'https://a.example,https://b.example',
      HEADGATE_TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1',
      HEADGATE_WORKERS: 'auto',
      HEADGATE_LOG_LEVEL: '',
      HEADGATE_ISSUERS: '[{"issuer":"https://idp.example","audience":["a","b"]}]',
    })
  })

  test('parseConfigFile accepts an empty file', () => {
    expect(parse('')).toEqual({})
    expect(parse('# nothing\n')).toEqual({})
  })

  test.each([
    ['prot: 1', 'headgate.yaml, line 1: The key "prot" is unknown: did you mean port?'],
    [
      '\ndatabasePoolSize: 1',
      'headgate.yaml, line 2: The key "databasePoolSize" is unknown: did you mean database-pool-size?',
    ],
    [
      'HEADGATE_S3_PORT: 1',
      'headgate.yaml, line 1: The key "HEADGATE_S3_PORT" is unknown: did you mean s3-port?',
    ],
    [
      'colour: red',
      'headgate.yaml, line 1: The key "colour" is unknown: docs/reference/configuration.md lists all keys.',
    ],
    [
      'config: a.yaml',
      'headgate.yaml, line 1: config cannot be set in the configuration file: set --config or HEADGATE_CONFIG.',
    ],
    [
      'port: [1]',
      'headgate.yaml, line 1: port must be a single value (integer, 0 to 65535), not a list or a mapping.',
    ],
    ['cors-origins: [{}]', 'headgate.yaml, line 1: cors-origins must be a list of texts without commas.'],
    [
      'issuers: { issuer: a }',
      'headgate.yaml, line 1: issuers must be a list of issuers, or the path of a file with one.',
    ],
    ['- port', 'headgate.yaml must be a YAML mapping of settings, such as `port: 8181`.'],
    ['port: 1\nport: 2', 'headgate.yaml, line 2: Map keys must be unique.'],
    ['host: "a', /^headgate\.yaml, line 1: Missing closing "quote\.$/],
  ])('parseConfigFile refuses %j', (text, message) => {
    expect(problems(text)).toMatch(message)
  })

  test('parseConfigFile refuses a secret without repeating it, and names the key for a file with the secret', () => {
    const text =
      'database-url: postgresql://a:hunter2@db/x\nmaster-key: hunter2\nmaster-key-previous: hunter2'
    const message = problems(text)
    expect(message).not.toContain('hunter2')
    for (const key of ['database-url', 'master-key', 'master-key-previous'])
      expect(message).toContain(`set ${key}-file to the path of that file.`)
  })

  test('the error for an invalid value names the key and the configuration file', () => {
    expect(problems('port: 0x1F')).toBe(
      'port in headgate.yaml must be a whole number from 0 to 65535, but is "0x1F".',
    )
  })
})

describe('loadConfig', () => {
  let directory: string
  let file: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headgate-config-file-'))
    file = join(directory, 'headgate.yaml')
    await writeFile(file, 'port: 9000\nlog-level: warn\nmax-json-depth: 50\n')
  })
  afterAll(async () => await rm(directory, { recursive: true, force: true }))

  test('loadConfig prefers flags to variables, variables to the file, and the file to the defaults', async () => {
    const environment = { HEADGATE_CONFIG: file, HEADGATE_LOG_LEVEL: 'error', HEADGATE_MAX_JSON_DEPTH: '60' }
    const config = await loadConfig(environment, ['--max-json-depth', '70'])
    expect(config.listen).toMatchObject({ port: 9000, host: '127.0.0.1' })
    expect(config.log.level).toBe('error')
    expect(config.context.limits.maxJsonDepth).toBe(70)
    expect(config.warnings).toEqual([])
  })

  test('loadConfig prefers the file of --config to that of HEADGATE_CONFIG', async () => {
    const config = await loadConfig({ HEADGATE_CONFIG: '/none.yaml' }, ['--config', file])
    expect(config.listen.port).toBe(9000)
  })

  test('loadConfig reports a file that cannot be read', async () => {
    await expect(loadConfig({ HEADGATE_CONFIG: '/none.yaml' }, [])).rejects.toThrow(
      /^The configuration file cannot be read: ENOENT.*\/none\.yaml/,
    )
  })

  test('loadConfig prefers a secret in a variable to a secret file in the configuration file', async () => {
    const own = join(directory, 'secret.yaml')
    await writeFile(own, 'database-url-file: /none\nmaster-key-file: /none\n')
    const environment = {
      HEADGATE_DATABASE_URL: 'postgresql://db.example.com/headgate',
      HEADGATE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    }
    const config = await loadConfig(environment, ['--config', own])
    expect(config.databaseUrl?.reveal()).toBe('postgresql://db.example.com/headgate')
    expect(config.masterKey.kind).toBe('value')
  })

  test('loadConfig keeps a file in the configuration file when a variable with a similar name is unknown', () => {
    const values = parse('tls-cert-file: /a.pem\ntls-key-file: /a.key\n')
    const environment = { HEADGATE_TLS_CERT: '/b.pem' }
    const config = readConfig(environment, [], { path: 'headgate.yaml', values })
    expect(config.listen.tls).toEqual({ certFile: '/a.pem', keyFile: '/a.key' })
    expect(config.warnings.join()).toContain('HEADGATE_TLS_CERT is unknown and ignored')
  })

  test('loadConfig accepts the example in the reference', async () => {
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(configurationPage()) ?? []
    const files = { 'database-url': 'postgresql://db.example.com/headgate', 'master-key': 'a' }
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
    const own = join(directory, 'example.yaml')
    await writeFile(own, example.replaceAll('/run/secrets', directory))
    const config = await loadConfig({}, ['--config', own])
    expect(config.publicUrl).toBe('https://catalog.example.com')
    expect(config.context.issuers).toHaveLength(1)
  })
})

describe('the JSON schema of the file', () => {
  const schema = z.fromJSONSchema(configFileSchema())

  test('the JSON schema of the configuration file equals docs/reference/headgate.schema.json (npm run docs)', async () => {
    const page = new URL('../../../../docs/reference/headgate.schema.json', import.meta.url)
    expect(JSON.parse(await readFile(page, 'utf8'))).toEqual(configFileSchema())
  })

  test('the JSON schema of the configuration file contains every key of the file, and no secret', () => {
    const { properties } = configFileSchema() as { readonly properties: Readonly<Record<string, unknown>> }
    const all = Object.values<Variable<unknown>>(variables)
    const accepted = all.filter(({ flag, key }) => flag !== undefined && key !== 'config')
    expect(Object.keys(properties)).toEqual(accepted.map(({ key }) => key))
    expect(Object.keys(properties)).not.toContain('database-url')
  })

  test('the JSON schema of the configuration file accepts the defaults, and the server accepts each default', () => {
    const { properties } = configFileSchema() as {
      readonly properties: Readonly<Record<string, { readonly default?: unknown }>>
    }
    const defaults = Object.entries(properties).flatMap(([key, { default: value }]) =>
      value === undefined ? [] : [[key, value] as const],
    )
    expect(defaults.length).toBeGreaterThan(25)
    expect(schema.safeParse(Object.fromEntries(defaults)).success).toBe(true)
    const text = defaults.map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join('')
    expect(problems(text)).toBe('none')
  })

  test.each([
    [{ port: 8181, workers: 'auto', 'cors-origins': ['https://a.example'], 'max-body-bytes': '8MiB' }, true],
    [{ issuers: [{ issuer: 'https://idp.example', audience: 'a' }] }, true],
    [{ issuers: [{ issuer: 'https://idp.example' }] }, false],
    [{ port: 70_000 }, false],
    [{ prot: 8181 }, false],
    [{ 'master-key': 'a' }, false],
    [{ 'log-level': 'loud' }, false],
  ])(
    'the JSON schema of the configuration file accepts or refuses %o exactly as the server does',
    (settings, accepted) => {
      expect(schema.safeParse(settings).success).toBe(accepted)
      expect(problems(JSON.stringify(settings)) === 'none').toBe(accepted)
    },
  )
})
