import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { afterAll, expect, it } from 'vitest'

const folder = new URL('../src/', import.meta.url)
const sigv4 = new URL('../../sigv4/src/web/index.ts', folder)
const errors = new URL('../../errors/src/index.ts', folder)
const http = new URL('../../http/src/index.ts', folder)
const json = new URL('../../json/src/index.ts', folder)
const oauth4webapi = new URL(import.meta.resolve('oauth4webapi'))

/**
 * Returns the sources, by path, of all files that the entry files import statically, directly or through other files.
 */
function findStaticImports(entries: readonly URL[]): Map<string, string> {
  const loaded = new Map<string, string>()
  const queue = [...entries]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const path = fileURLToPath(next)
    if (loaded.has(path)) continue
    const source = readFileSync(path, 'utf8')
    loaded.set(path, source)
    for (const [, type, from = ''] of source.matchAll(/^(?:import|export)( type)? [^'"]*?from '([^']+)'/gm)) {
      if (type !== undefined) continue
      if (from === '@headgate/sigv4/web') queue.push(sigv4)
      else if (from === '@headgate/errors') queue.push(errors)
      else if (from === '@headgate/http') queue.push(http)
      else if (from === '@headgate/json') queue.push(json)
      else if (from === 'oauth4webapi') queue.push(oauth4webapi)
      else queue.push(new URL(from, next))
    }
  }
  return loaded
}

const providers = readdirSync(new URL('providers/', folder)).filter((name) => !name.includes('.test.'))
const portableEntries = [
  new URL('index.ts', folder),
  new URL('oauth2/obtain-token.ts', folder),
  new URL('signing/web-signers.ts', folder),
  new URL('discovery/discover.ts', folder),
  ...providers.map((name) => new URL(`providers/${name}`, folder)),
]

it('the modules of the core, the providers and the signer for browsers import no module of Node', () => {
  const loaded = findStaticImports(portableEntries)
  expect(loaded.size).toBeGreaterThan(30)
  for (const [path, source] of loaded) {
    expect(existsSync(path)).toBe(true)
    expect(path).not.toContain('/auth/src/node/')
    const code = source.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
    expect(code, path).not.toMatch(/from '(node:|@headgate\/sigv4')/)
    expect(code, path).not.toMatch(/\bBuffer\b|\brequire\(|(?<!globalThis\.)\bprocess\.|__dirname|\busing\b/)
  }
})

it('dynamic imports load only code for Node, providers, discovery, signers and optional packages', () => {
  for (const [path, source] of findStaticImports(portableEntries)) {
    for (const [, target = ''] of source.matchAll(/\bimport\(([^)]*)\)/g)) {
      expect(target, path).toMatch(
        /^'\.\.?\/(node|providers|signing|discovery)\/|^'\.\/oauth2\/revoke|^'#signers'|^'@headgate\/sigv4\/web'|^name$/,
      )
    }
  }
})

it('the source files have no using declarations, which Node 22 cannot parse', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((name) => name.endsWith('.ts') && !/\.test\.|(^|\/)test-/.test(name))
  expect(sources.length).toBeGreaterThan(60)
  for (const name of sources) {
    const code = readFileSync(new URL(name, folder), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
    expect(code, name).not.toMatch(/\busing [a-z]\w* =/)
  }
})

/** Runs a script in a separate process, and returns its output. */
async function runScript(script: string): Promise<string> {
  const args = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    script,
  ]
  return (await promisify(execFile)(process.execPath, args)).stdout
}

/**
 * Bundles the package as for a browser, and returns the URL of the bundle. The bundle does not contain the code for
 * Node.
 */
async function bundleForBrowser(target: string): Promise<string> {
  const build = await rolldown({
    input: fileURLToPath(new URL('index.ts', folder)),
    platform: 'browser',
    resolve: { conditionNames: ['x-source', 'import'] },
    external: [/^node:/, '@aws-sdk/credential-provider-node'],
  })
  await build.write({ dir: target })
  await build.close()
  return pathToFileURL(join(target, 'index.js')).href
}

const withoutNode = 'delete globalThis.process; delete globalThis.Buffer'
const importRegistry = (url: string): string =>
  `const { AuthRegistry } = await import(${JSON.stringify(url)})`
const target = await mkdtemp(join(tmpdir(), 'headgate-auth-'))
const browserRegistry = `${withoutNode}\n${importRegistry(await bundleForBrowser(target))}`

afterAll(async () => await rm(target, { recursive: true }))

it('sigv4 creates the same signature in browsers and in Node', async () => {
  const sign = `
    const auth = await new AuthRegistry().create({
      'rest.auth.type': 'sigv4', 'rest.auth.sigv4.region': 'r', 'rest.auth.basic.username': 'u',
      'rest.auth.basic.password': 'p', 'rest.auth.sigv4.delegate-auth-type': 'basic',
      'rest.access-key-id': 'AKID', 'rest.secret-access-key': 's', 'rest.session-token': 't',
    }, { now: () => 1e12 })
    const body = new TextEncoder().encode('{}')
    console.log(JSON.stringify(await auth.authenticate({ method: 'POST', url: 'https://h/a?b', headers: [], body })))`
  const browser = await runScript(`${browserRegistry}\n${sign}`)
  expect(browser).toContain('AWS4-HMAC-SHA256')
  expect(browser).toBe(await runScript(`${importRegistry(new URL('index.ts', folder).href)}\n${sign}`))
})

it('providers that need files, programs or key pairs refuse their property in browsers', async () => {
  const keys = {
    'rest.access-key-id': 'a',
    'rest.secret-access-key': 's',
    'rest.auth.sigv4a.region-set': '*',
  }
  const all = [
    { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': '/token' },
    { 'rest.auth.type': 'command', 'rest.auth.command.command': 'echo token' },
    { 'rest.auth.type': 'sigv4a', ...keys },
  ]
  const output = await runScript(`
    ${browserRegistry}
    for (const properties of ${JSON.stringify(all)})
      await new AuthRegistry().create(properties).catch((error) => console.log(error.property, error.reason))`)
  expect(output.trim().split('\n')).toEqual([
    'rest.auth.bearer.token-file configuration',
    'rest.auth.command.command configuration',
    'rest.auth.type configuration',
  ])
})
