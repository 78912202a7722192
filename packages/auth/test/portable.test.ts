import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const folder = new URL('../src/', import.meta.url)
const sigv4 = new URL('../../sigv4/src/web/index.ts', folder)
const errors = new URL('../../errors/src/index.ts', folder)
const http = new URL('../../http/src/index.ts', folder)
const json = new URL('../../json/src/index.ts', folder)
const oauth4webapi = new URL(import.meta.resolve('oauth4webapi'))

/** All files that load with these, dynamic imports left out. */
function loadedWith(entries: readonly URL[]): Map<string, string> {
  const loaded = new Map<string, string>()
  const open = [...entries]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const path = fileURLToPath(next)
    if (loaded.has(path)) continue
    const source = readFileSync(path, 'utf8')
    loaded.set(path, source)
    for (const [, type, from = ''] of source.matchAll(/^(?:import|export)( type)? [^'"]*?from '([^']+)'/gm)) {
      if (type !== undefined) continue
      if (from === '@headgate/sigv4/web') open.push(sigv4)
      else if (from === '@headgate/errors') open.push(errors)
      else if (from === '@headgate/http') open.push(http)
      else if (from === '@headgate/json') open.push(json)
      else if (from === 'oauth4webapi') open.push(oauth4webapi)
      else open.push(new URL(from, next))
    }
  }
  return loaded
}

const providers = readdirSync(new URL('providers/', folder)).filter((name) => !name.includes('.test.'))
const everywhere = [
  new URL('index.ts', folder),
  new URL('oauth2/obtain-token.ts', folder),
  new URL('signing/web-signer.ts', folder),
  new URL('discovery/discover.ts', folder),
  ...providers.map((name) => new URL(`providers/${name}`, folder)),
]

it('the core, its providers and the signer for browsers load without Node', () => {
  const loaded = loadedWith(everywhere)
  expect(loaded.size).toBeGreaterThan(30)
  for (const [path, source] of loaded) {
    expect(existsSync(path)).toBe(true)
    expect(path).not.toContain('/auth/src/node/')
    const code = source.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
    expect(code, path).not.toMatch(/from '(node:|@headgate\/sigv4')/)
    expect(code, path).not.toMatch(/\bBuffer\b|\brequire\(|(?<!globalThis\.)\bprocess\.|__dirname|\busing\b/)
  }
})

it('what is loaded on demand is what needs Node, a provider, or a package that may be missing', () => {
  for (const [path, source] of loadedWith(everywhere)) {
    for (const [, target = ''] of source.matchAll(/\bimport\(([^)]*)\)/g)) {
      expect(target, path).toMatch(
        /^'\.\.?\/(node|providers|signing|discovery)\/|^'\.\/(web-signer|oauth2\/revoke)|^'@headgate\/sigv4\/web'|^name$/,
      )
    }
  }
})

it('nothing is written in a way that Node 22 cannot read', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const own = files.filter((name) => name.endsWith('.ts') && !/\.test\.|(^|\/)test-/.test(name))
  expect(own.length).toBeGreaterThan(60)
  for (const name of own) {
    const code = readFileSync(new URL(name, folder), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
    expect(code, name).not.toMatch(/\busing [a-z]\w* =/)
  }
})

/** What a program prints that begins with the given lines. */
async function printed(script: string): Promise<string> {
  const args = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    script,
  ]
  return (await promisify(execFile)(process.execPath, args)).stdout
}

const withoutNode = 'delete globalThis.process; delete globalThis.Buffer'
const registry = `const { AuthRegistry } = await import(${JSON.stringify(new URL('index.ts', folder).href)})`

it('signs without anything of Node, the same as with it', async () => {
  const sign = `
    ${registry}
    const auth = await new AuthRegistry().create({
      'rest.auth.type': 'sigv4', 'rest.auth.sigv4.region': 'r', 'rest.auth.basic.username': 'u',
      'rest.auth.basic.password': 'p', 'rest.auth.sigv4.delegate-auth-type': 'basic',
      'rest.access-key-id': 'AKID', 'rest.secret-access-key': 's', 'rest.session-token': 't',
    }, { now: () => 1e12 })
    const body = new TextEncoder().encode('{}')
    console.log(JSON.stringify(await auth.authenticate({ method: 'POST', url: 'https://h/a?b', headers: [], body })))`
  const browser = await printed(`${withoutNode}\n${sign}`)
  expect(browser).toContain('AWS4-HMAC-SHA256')
  expect(browser).toBe(await printed(sign))
})

it('what needs files, programs or key pairs is refused by its property where there is no Node', async () => {
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
  const said = await printed(`
    ${withoutNode}
    ${registry}
    for (const properties of ${JSON.stringify(all)})
      await new AuthRegistry().create(properties).catch((error) => console.log(error.property, error.reason))`)
  expect(said.trim().split('\n')).toEqual([
    'rest.auth.bearer.token-file configuration',
    'rest.auth.command.command configuration',
    'rest.auth.type configuration',
  ])
})
