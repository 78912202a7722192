import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const folder = new URL('../src/', import.meta.url)
const packages: Readonly<Record<string, URL>> = {
  '@headgate/auth': new URL('../../auth/src/index.ts', folder),
  '@headgate/http': new URL('../../http/src/index.ts', folder),
  '@headgate/errors': new URL('../../errors/src/index.ts', folder),
  '@headgate/json': new URL('../../json/src/index.ts', folder),
}

/** Returns the paths and sources of all files that a file imports statically, directly or indirectly. */
function collectStaticImports(entry: URL): ReadonlyMap<string, string> {
  const loaded = new Map<string, string>()
  const open = [entry]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const path = fileURLToPath(next)
    if (loaded.has(path)) continue
    const source = readFileSync(path, 'utf8')
    loaded.set(path, source)
    for (const [, type, from = ''] of source.matchAll(/^(?:import|export)( type)? [^'"]*?from '([^']+)'/gm))
      if (type === undefined) open.push(packages[from] ?? new URL(from, next))
  }
  return loaded
}

test('the client imports neither modules of Node nor third-party packages', () => {
  const loaded = collectStaticImports(new URL('client/index.ts', folder))
  expect(loaded.size).toBeGreaterThan(20)
  for (const [path, source] of loaded) {
    expect(path).not.toMatch(/\.test/)
    const code = source.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
    for (const [, from = ''] of code.matchAll(/from '([^']+)'/g))
      expect(from, path).toMatch(/^\.|^@headgate\//)
    expect(code, path).not.toMatch(/\bBuffer\b|\brequire\(|(?<!globalThis\.)\bprocess\.|__dirname/)
  }
})

test.each(['metadata/index.ts', 'rest/index.ts', 'view/index.ts'])(
  'the module %s imports neither the client nor the authentication',
  (entry) => {
    for (const path of collectStaticImports(new URL(entry, folder)).keys())
      expect(path).not.toMatch(/\/client\/|packages\/auth\//)
  },
)

test('the server does not import the Iceberg client', () => {
  const server = fileURLToPath(new URL('../../server/src/', folder))
  const files = readdirSync(server, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  )
  expect(files.length).toBeGreaterThan(200)
  for (const file of files)
    expect(readFileSync(server + file, 'utf8'), file).not.toMatch(/'@headgate\/iceberg\/client'/)
})

test('the client works in a runtime without the global process', async () => {
  const script = `
    const { stdout } = process
    // Buffer stays, because the Response of Node needs it.
    delete globalThis.process
    const { RestCatalog } = await import(${JSON.stringify(new URL('client/index.ts', folder).href)})
    const metadata = '{"format-version":2,"table-uuid":"0196a5a4-0000-4000-8000-000000000001","location":"s3://l/t","last-sequence-number":1,"last-updated-ms":1,"last-column-id":0,"current-schema-id":0,"schemas":[{"type":"struct","schema-id":0,"fields":[]}],"default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[]}],"last-partition-id":999,"default-sort-order-id":0,"sort-orders":[{"order-id":0,"fields":[]}],"current-snapshot-id":9007199254740993,"snapshots":[{"snapshot-id":9007199254740993,"timestamp-ms":1,"sequence-number":1,"manifest-list":"m","summary":{}}]}'
    const table = '{"metadata-location":"s3://l/t/m.json","metadata":' + metadata + '}'
    const sent = []
    const fetch = async (url, init) => {
      sent.push([init.method, new URL(url).pathname, String(init.body ? new TextDecoder().decode(init.body).includes('9007199254740995') : '')])
      return new Response(url.includes('/config') ? '{"defaults":{},"overrides":{}}' : table)
    }
    const properties = { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': 't' }
    const catalog = await RestCatalog.connect({ uri: 'https://catalog.example', fetch, properties })
    const loaded = await catalog.loadTable({ namespace: ['a'], name: 't' })
    await catalog.updateTable(loaded).setRef('x', { type: 'tag', 'snapshot-id': 9007199254740995n }).commit()
    stdout.write(JSON.stringify([String(loaded.metadata['current-snapshot-id']), ...sent]))`
  const args = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    script,
  ]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(JSON.parse(stdout)).toEqual([
    '9007199254740993',
    ['GET', '/v1/config', ''],
    ['GET', '/v1/namespaces/a/tables/t', ''],
    ['POST', '/v1/namespaces/a/tables/t', 'true'],
  ])
})
