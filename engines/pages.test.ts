import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { EngineAccess } from './lib/access.ts'
import { pyicebergProperties } from './pyiceberg/start.ts'
import { sparkCatalog, sparkSettings } from './spark/start.ts'
import { trinoCatalog } from './trino/start.ts'

const docs = join(import.meta.dirname, '../docs')
const pages = readdirSync(join(docs, 'how-to/engines'))
const page = (name: string): string => readFileSync(join(docs, 'how-to/engines', name), 'utf8')

/** Returns the contents of the code blocks in a Markdown text that have the given language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , block = '']) => block)
}

/** Connection settings of the scenarios, with the server addresses of the documentation pages. */
const access: EngineAccess = {
  uri: 'http://127.0.0.1:8181',
  warehouse: 'lakehouse',
  auth: {
    kind: 'credential',
    credential: 'CLIENT_ID:CLIENT_SECRET',
    scope: 'catalog',
    tokenUri: 'http://127.0.0.1:8181/v1/oauth/tokens',
  },
  storage: {
    kind: 'vended',
    endpoint: 'http://127.0.0.1:8182',
    region: 'us-east-1',
    ask: 'vended-credentials',
  },
}

function properties(block: string): Record<string, string> {
  const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => /^(\S+?)(?:=|\s+)(\S.*)$/.exec(line)?.slice(1) ?? [line, '']))
}

describe('the settings of a page equal those of the scenarios', () => {
  test('the documentation page of Spark contains the settings that the engine scenarios use', () => {
    const used = { ...sparkSettings, ...sparkCatalog('lakehouse', access, { catalogTellsPlace: true }) }
    const [said = ''] = blocks(page('spark.md'), 'properties')
    expect(used).toMatchObject(properties(said))
    const catalog = 'spark.sql.catalog.lakehouse'
    expect(Object.keys(used).filter((key) => !(key in properties(said)))).toEqual([
      `${catalog}.cache-enabled`,
      `${catalog}.rest.auth.type`,
      `${catalog}.token-exchange-enabled`,
    ])
  })

  test('the documentation page of Trino contains the settings that the engine scenarios use', () => {
    const [said = '', users = ''] = blocks(page('trino.md'), 'properties')
    expect(properties(said)).toEqual(trinoCatalog(access))
    const source = readFileSync(join(import.meta.dirname, 'users/open-users.ts'), 'utf8')
    expect(properties(users)).toEqual({ 'iceberg.rest-catalog.session': 'USER' })
    expect(source).toContain("{ session: 'USER' }")
  })

  test('the documentation page of PyIceberg contains the settings that the engine scenarios use', () => {
    const [said = '', manager = ''] = blocks(page('pyiceberg.md'), 'python')
    const pairs = [...said.matchAll(/^ +"([\w.-]+)": (?:"([^"]*)"|os\.environ\["HEADGATE_CREDENTIAL"\]),$/gm)]
    const documented = Object.fromEntries(
      pairs.map(([, key = '', value]) => [key, value ?? 'CLIENT_ID:CLIENT_SECRET']),
    )
    const used = pyicebergProperties(access, true)
    expect(used).toMatchObject(documented)
    // The documentation does not set these properties, because they are defaults of PyIceberg.
    expect(Object.keys(used).filter((key) => !(key in documented))).toEqual([
      'header.X-Iceberg-Access-Delegation',
      'py-io-impl',
    ])
    const steps = readFileSync(join(import.meta.dirname, 'pyiceberg/steps/users.py'), 'utf8')
    const keys = [...manager.matchAll(/"(\w+)":/g)].map(([, key = '']) => key)
    expect(keys).toEqual(['type', 'oauth2', 'client_id', 'client_secret', 'token_url', 'scope'])
    for (const key of keys) expect(steps).toContain(`"${key}":`)
  })

  test('the documentation page of DuckDB contains the settings that the engine scenarios use', () => {
    const source = readFileSync(join(import.meta.dirname, 'duckdb/main.py'), 'utf8')
    const statements = blocks(page('duckdb.md'), 'sql').join('\n')
    const options = [...statements.matchAll(/\b([A-Z][A-Z0-9_]+) (?:'[^']*'|iceberg|s3|catalog|false)[,)]/g)]
    const names = [...new Set(options.map(([, name = '']) => name))]
    expect(names).toHaveLength(12)
    for (const name of names) expect(source).toMatch(new RegExp(`\\b${name} `))
  })
})

describe('the settings of the page about signed requests equal those of the scenarios', () => {
  const text = readFileSync(join(docs, 'how-to/sign-requests.md'), 'utf8')
  const auth = { kind: 'access-key', accessKeyId: 'ACCESS_KEY', secretAccessKey: 'SECRET' } as const
  const signing: EngineAccess = { ...access, auth }
  const [spark = '', trino = ''] = blocks(text, 'properties')

  test('Spark', () => {
    const used = sparkCatalog('lakehouse', signing, { catalogTellsPlace: true })
    const { 'spark.sql.catalog.lakehouse.cache-enabled': _, ...expected } = used
    expect(properties(spark)).toEqual(expected)
  })

  test('Trino', () => {
    expect(properties(trino)).toEqual(trinoCatalog(signing))
  })

  test('PyIceberg', () => {
    const [said = ''] = blocks(text, 'python')
    const variables: Readonly<Record<string, string>> = { ID: 'ACCESS_KEY', SECRET: 'SECRET' }
    const pairs = [
      ...said.matchAll(/^ +"([\w.-]+)": (?:"([^"]*)"|os\.environ\["HEADGATE_CREDENTIAL_(\w+)"\]),$/gm),
    ]
    const documented = Object.fromEntries(
      pairs.map(([, key = '', value, variable = '']) => [key, value ?? variables[variable]]),
    )
    const {
      'header.X-Iceberg-Access-Delegation': _delegation,
      'py-io-impl': _implementation,
      ...expected
    } = pyicebergProperties(signing, true)
    expect(documented).toEqual(expected)
  })
})

describe('a page of a client without scenarios contains the program that was run', () => {
  test.each([
    ['daft.md', 'python', 'daft.py'],
    ['polars.md', 'python', 'polars.py'],
    ['iceberg-rust.md', 'rust', 'iceberg_rust.rs'],
    ['iceberg-go.md', 'sh', 'iceberg_go.sh'],
  ])(
    'the documentation page %s contains the program that the engine scenarios run',
    (name, language, file) => {
      const program = readFileSync(join(import.meta.dirname, 'clients', file), 'utf8')
      expect(blocks(page(name), language)).toContain(program)
    },
  )
})

test('the documentation page of ClickHouse contains the settings that the engine scenarios use', () => {
  const source = readFileSync(join(import.meta.dirname, 'clickhouse/main.py'), 'utf8')
  const [said = '', writing = ''] = blocks(page('clickhouse.md'), 'sql')
  const settings = [...said.matchAll(/(\w+) = /g)].map(([, name = '']) => name)
  expect(settings).toContain('storage_endpoint')
  for (const name of settings.filter((each) => each !== 'ENGINE')) expect(source).toContain(name)
  expect(source).toContain(/SET (\w+) = 1/.exec(writing)?.[1])
})

describe.each(pages)('%s', (name) => {
  const text = page(name)

  test('each documentation page of an engine states whether its commands were run, and appears in the list of pages', () => {
    expect(text).toMatch(
      /^# .+\n(Run against .+ by `npm run test:engines \w+`|Seen to work with .+ on \d{4}-\d\d-\d\d, by hand|\*\*None of these has been run)/,
    )
    expect(readFileSync(join(docs, 'how-to/engines.md'), 'utf8')).toContain(`(engines/${name})`)
  })

  test('each documentation page of an engine names only existing commands, options and variables', () => {
    const cli = readFileSync(join(docs, 'reference/cli.md'), 'utf8')
    for (const [, command = ''] of text.matchAll(/`?headgate ([a-z]+(?: [a-z]+)?) /g))
      expect(cli).toContain(`headgate ${command}`)
    const options = [...text.matchAll(/`(--[a-z-]+)|headgate [^`\n]*? (--[a-z-]+)/g)]
    const configuration = readFileSync(join(docs, 'reference/configuration.md'), 'utf8')
    const ofOthers = new Set(['--conf', '--properties-file', '--token', '--credential'])
    for (const [, quoted, used] of options) {
      const option = quoted ?? used ?? ''
      const flag = `HEADGATE_${option.slice(2).toUpperCase().replaceAll('-', '_')}`
      expect(ofOthers.has(option) || cli.includes(option) || configuration.includes(flag), option).toBe(true)
    }
    for (const [variable] of text.matchAll(/HEADGATE_[A-Z0-9_]+/g))
      expect(variable.startsWith('HEADGATE_CREDENTIAL') || configuration.includes(variable), variable).toBe(
        true,
      )
  })
})
