import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { AuthRegistry } from '../src/registry.ts'
import { catchMessage } from './context.ts'

const packages = fileURLToPath(new URL('../..', import.meta.url))
const example = join(packages, 'auth/examples/acme-auth.ts')

/** Creates a folder in which this package and the package of the example are installed. */
async function installExample(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'acme-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const acme = join(folder, 'node_modules/acme-auth')
  await mkdir(acme, { recursive: true })
  await mkdir(join(folder, 'node_modules/@headgate'))
  for (const name of ['auth', 'http'])
    await symlink(join(packages, name), join(folder, 'node_modules/@headgate', name))
  await writeFile(
    join(acme, 'package.json'),
    '{ "name": "acme-auth", "type": "module", "exports": "./index.js" }',
  )
  await writeFile(join(acme, 'index.js'), stripTypeScriptTypes(await readFile(example, 'utf8')))
  return folder
}

it('the provider registry loads an auth provider of another package by the name of the package', async () => {
  const folder = await installExample()
  const script = `
    import { AuthRegistry } from '@headgate/auth'
    const properties = {
      'rest.auth.package': 'acme-auth', 'rest.auth.type': 'acme',
      'rest.auth.acme.tenant': 't1', 'rest.auth.acme.key': 'open sesame',
    }
    const provider = await new AuthRegistry().create(properties, { now: () => 1000 })
    const request = { method: 'GET', url: 'https://catalog.example.com/v1/config', headers: [], body: null }
    console.log(JSON.stringify((await provider.authenticate(request)).headers))
    await new AuthRegistry().create({ ...properties, 'rest.auth.acme.tenent': 't2' }).catch((error) => console.log(error.message))`
  const args = [
    '--conditions=x-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    script,
  ]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
  const [headers = '', message] = stdout.trim().split('\n')
  const text = 'GET\nhttps://catalog.example.com/v1/config\nt1\n1000'
  expect(JSON.parse(headers)).toEqual([
    ['X-Acme-Tenant', 't1'],
    ['X-Acme-Time', '1000'],
    ['X-Acme-Signature', createHmac('sha256', 'open sesame').update(text).digest('base64')],
  ])
  expect(message).toContain('Did you mean rest.auth.acme.tenant?')
})

it('the example of a provider has at most 35 lines of code', async () => {
  const lines = (await readFile(example, 'utf8')).split('\n').filter((line) => line.trim() !== '')
  expect(lines.length).toBeLessThanOrEqual(35)
})

it('the provider registry refuses a package that is not installed, and a package without auth providers', async () => {
  const create = async (name: string): Promise<string> =>
    await catchMessage(new AuthRegistry().create({ 'rest.auth.package': name, 'rest.auth.type': 'acme' }))
  expect(await create('no-such-package')).toBe(
    'rest.auth.package: no-such-package could not be loaded. Is it installed?',
  )
  expect(await create('lru-cache')).toContain('it must export authProviders')
})

it('importPackage loads packages in runtimes that cannot import them by name', async () => {
  const registry = new AuthRegistry({
    importPackage: async (name) => ({
      authProviders: { [name]: () => ({ authenticate: async (r: never) => r }) },
    }),
  })
  await registry.create({ 'rest.auth.package': 'acme', 'rest.auth.type': 'acme' })
  await registry.create({ 'rest.auth.package': 'acme2', 'rest.auth.type': 'acme2' })
  expect(registry.names).toContain('acme')
})
