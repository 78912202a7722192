import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { programEnvironment, testDatabase } from '@headgate/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { certificate, certificateFiles } from './certificate.ts'
import { bootstrapStore } from '../../src/start/bootstrap-store.ts'
import { type ServerProcess, startByNpm, startProcess } from './process.ts'
import { isRunning, startedWorkers } from './workers/workers.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-start-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

// Most tests share one data directory, because the first start on a directory is slow. Each test also passes
// when it runs first.
const start = (name: string, ...flags: readonly string[]): ServerProcess =>
  startProcess(['--port', '0', '--data-dir', join(folder, name), ...flags])

async function requestToken(url: string, credential: string): Promise<string> {
  const [id = '', secret = ''] = credential.trim().split(':')
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret, scope: 'catalog' }
  const response = await fetch(`${url}/v1/oauth/tokens`, { method: 'POST', body: new URLSearchParams(form) })
  expect(response.status).toBe(200)
  return ((await response.json()) as { access_token: string }).access_token
}

async function send(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

test(
  'the first start creates warehouse, master key and credential, and does not print the credential',
  { timeout: 60_000 },
  async () => {
    await using server = start('first')
    const url = await server.ready
    const path = join(folder, 'first', 'admin-credential')
    const credential = await readFile(path, 'utf8')
    expect(credential).toMatch(/^admin:[\w-]{40,}\n$/)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'first', 'master-key'))).mode & 0o777).toBe(0o600)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect((await fetch(`${url}/v1/config`)).status).toBe(401)
    const token = await requestToken(url, credential)
    expect((await send(url, token, 'GET', '/v1/config?warehouse=lakehouse')).status).toBe(200)
    await expect.poll(server.output).toContain(path)
    expect(server.output()).not.toContain(credential.trim().split(':')[1])
    expect(server.output()).not.toContain(token)
    expect(await server.kill('SIGTERM')).toBe(0)
  },
)

test(
  'the examples of the TypeScript client succeed with a server that was started with one command',
  { timeout: 60_000 },
  async () => {
    await using server = start('first')
    const uri = await server.ready
    const credential = (await readFile(join(folder, 'first', 'admin-credential'), 'utf8')).trim()
    const properties = {
      credential,
      scope: 'catalog',
      'rest.auth.type': 'oauth2',
      'oauth2-server-uri': `${uri}/v1/oauth/tokens`,
    }
    const connected = JSON.stringify({ uri, warehouse: 'lakehouse', properties })
    const client = join(import.meta.dirname, '../../../iceberg')
    const readme = await readFile(join(client, 'README.md'), 'utf8')
    const examples = [...readme.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, example = '']) => example)
    const first = examples[0] ?? ''
    const storage = examples.find((example) => example.includes('storageCredentials(')) ?? ''
    const run = async (example: string): Promise<string> => {
      const here = example.replace(
        "{ uri: 'https://catalog.example.com', warehouse: 'lakehouse' }",
        connected,
      )
      expect(here).not.toBe(example)
      const flags = ['--conditions=x-source', '--disable-warning=ExperimentalWarning']
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [...flags, '--input-type=module-typescript', '-e', here],
        { cwd: client, env: programEnvironment({}), timeout: 25_000 },
      )
      return stdout
    }
    expect(await run(first)).toMatch(/^orders\ns3:\/\/lakehouse\/[\w-]+ null$/m)
    expect(await run(storage)).toMatch(/^s3:\/\/lakehouse\/[\w-]+ says hello$/m)
  },
)

test(
  'a second server on the same data directory names the process that uses it, and exits',
  { timeout: 60_000 },
  async () => {
    await using server = start('first')
    const url = await server.ready
    await using second = start('first')
    expect(await second.ended).toBe(1)
    expect(second.output()).toMatch(/in use by process \d+/)
    expect(second.output()).not.toContain('    at ')
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  },
)

test(
  'a start with an invalid setting fails with one sentence and without a stack trace',
  { timeout: 60_000 },
  async () => {
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    const cases: readonly (readonly [flags: readonly string[], sentence: RegExp])[] = [
      [['--data-dir', join(file, 'below')], /^headgate: The data directory \S+ cannot be created: ENOTDIR/],
      [['--host', '192.0.2.77', '--public-url', 'http://x.example'], /cannot listen on 192\.0\.2\.77/],
      [
        ['--tls-cert-file', file, '--tls-key-file', file],
        /^headgate: HEADGATE_TLS_CERT_FILE .* does not contain a certificate/,
      ],
    ]
    for (const [flags, sentence] of cases) {
      await using refused = start('first', ...flags)
      expect(await refused.ended).toBe(1)
      expect(refused.output()).toMatch(sentence)
      expect(refused.output()).not.toContain('    at ')
    }
  },
)

test('a server with a certificate uses TLS, also for the storage gateway', { timeout: 60_000 }, async () => {
  await using files = await certificateFiles()
  await using server = start('first', '--tls-cert-file', files.certFile, '--tls-key-file', files.keyFile)
  const url = await server.ready
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  await expect.poll(server.output).toContain('health/ready')
  const [gateway = ''] = /https:\S+(?=  \(S3)/.exec(server.output()) ?? []
  const status = async (address: string): Promise<number | undefined> => {
    const request = get(address, { ca: certificate })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.resume()
    return response.statusCode
  }
  expect(await status(`${url}/health/ready`)).toBe(200)
  expect(await status(gateway)).toBe(403)
  await expect(fetch(`${url.replace('https', 'http')}/health/ready`)).rejects.toThrow('fetch failed')
})

test(
  'a server that receives SIGTERM while the database does not answer exits',
  { timeout: 60_000 },
  async () => {
    const connected = Promise.withResolvers<Socket>()
    const silent = createServer((socket) => connected.resolve(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await using server = startProcess(['--port', '0'], {
      HEADGATE_DATABASE_URL: `postgresql://u:p@127.0.0.1:${port}/d`,
      HEADGATE_MASTER_KEY: randomBytes(32).toString('base64'),
      HEADGATE_SHUTDOWN_TIMEOUT_MS: '100',
    })
    const socket = await connected.promise
    const since = performance.now()
    expect(await server.kill('SIGTERM')).toBe(1)
    // The stop must interrupt the start, which would wait longer for the database.
    expect(performance.now() - since).toBeLessThan(9_000)
    expect(server.output()).toContain('stopping before the start has finished')
    socket.destroy()
    silent.close()
  },
)

test(
  'a server with a public URL warns when its warehouse needs the storage gateway, which is off',
  { timeout: 60_000 },
  async () => {
    await using server = start('first')
    await server.ready
    await server.kill('SIGTERM')
    expect(server.output()).not.toMatch(/switched off/)
    await using moved = start('first', '--public-url', 'https://catalog.example.com')
    await moved.ready
    await expect
      .poll(moved.output)
      .toMatch(/Warehouse lakehouse vends .* which is off. Set HEADGATE_S3_PUBLIC_URL/)
  },
)

test(
  'a server that was killed with SIGKILL starts again with all acknowledged changes',
  { timeout: 90_000 },
  async () => {
    await using killed = start('first')
    const url = await killed.ready
    const credential = await readFile(join(folder, 'first', 'admin-credential'), 'utf8')
    const created = await send(url, await requestToken(url, credential), 'POST', '/v1/lakehouse/namespaces', {
      namespace: ['kept'],
    })
    expect(created.status).toBe(200)
    await killed.kill('SIGKILL')
    await using again = start('first')
    const next = await again.ready
    expect(await readFile(join(folder, 'first', 'admin-credential'), 'utf8')).toBe(credential)
    expect(
      (await send(next, await requestToken(next, credential), 'HEAD', '/v1/lakehouse/namespaces/kept'))
        .status,
    ).toBe(204)
  },
)

test(
  'the worker processes end when the primary process is killed, and the next start succeeds',
  { timeout: 90_000 },
  async () => {
    await using server = start('first', '--workers', '2')
    const url = await server.ready
    const credential = await readFile(join(folder, 'first', 'admin-credential'), 'utf8')
    const created = await send(url, await requestToken(url, credential), 'POST', '/v1/lakehouse/namespaces', {
      namespace: ['kept_by_workers'],
    })
    expect(created.status).toBe(200)
    await expect.poll(server.output).toMatch(/storage +http:/)
    const gateway = /storage +(http:\S+)/.exec(server.output())?.[1] ?? ''
    for (const _ of [1, 2])
      expect((await fetch(gateway, { headers: { connection: 'close' } })).status).toBe(403)
    await expect.poll(() => startedWorkers(server)).toHaveLength(2)
    const pids = startedWorkers(server)
    expect(pids.filter(isRunning)).toHaveLength(2)
    await server.kill('SIGKILL')
    await expect.poll(() => pids.filter(isRunning), { timeout: 15_000 }).toEqual([])
    await using next = start('first', '--workers', '2')
    const nextUrl = await next.ready
    const path = '/v1/lakehouse/namespaces/kept_by_workers'
    expect((await send(nextUrl, await requestToken(nextUrl, credential), 'HEAD', path)).status).toBe(204)
  },
)

/** Returns the metadata of a load, without storage access, which is different in each response. */
async function readMetadata(response: Response): Promise<unknown> {
  return ((await response.json()) as { readonly metadata: unknown }).metadata
}

test(
  'a server starts in another directory from a copy of the stopped database and the master key',
  { timeout: 90_000 },
  async () => {
    const original = join(folder, 'first')
    await using server = start('first')
    const url = await server.ready
    const credential = await readFile(join(original, 'admin-credential'), 'utf8')
    const token = await requestToken(url, credential)
    const table = {
      name: 't',
      schema: { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] },
    }
    expect((await send(url, token, 'POST', '/v1/lakehouse/namespaces', { namespace: ['a'] })).status).toBe(
      200,
    )
    const created = await send(url, token, 'POST', '/v1/lakehouse/namespaces/a/tables', table)
    const before = await readMetadata(created)
    await server.kill('SIGINT')

    const restored = join(folder, 'restored')
    await mkdir(restored, { mode: 0o700 })
    await cp(join(original, 'postgres'), join(restored, 'postgres'), { recursive: true })
    await using keyless = start('restored')
    expect(await keyless.ended).toBe(1)
    expect(keyless.output()).toMatch(
      /^headgate: There is no master key in .*Restore the master key from its backup/m,
    )
    expect(await readdir(restored)).toEqual(['postgres'])
    await cp(join(original, 'master-key'), join(restored, 'master-key'))
    await using copy = start('restored')
    const next = await copy.ready
    const fresh = await requestToken(next, await readFile(join(restored, 'admin-credential'), 'utf8'))
    const path = '/v1/lakehouse/namespaces/a/tables/t'
    expect(await readMetadata(await send(next, fresh, 'GET', path))).toEqual(before)
  },
)

test(
  'a server whose warehouse directory is missing does not create another one, and is not ready',
  { timeout: 90_000 },
  async () => {
    const place = join(folder, 'first', 'warehouse')
    await using made = start('first')
    await made.ready
    await made.kill('SIGTERM')
    await rename(place, `${place}-away`)
    await using server = start('first')
    const url = await server.ready
    expect((await fetch(`${url}/health/ready`)).status).toBe(503)
    await expect.poll(server.output).toMatch(/no such file or directory.*first\/warehouse/)
    const token = await requestToken(url, await readFile(join(folder, 'first', 'admin-credential'), 'utf8'))
    expect((await send(url, token, 'GET', '/v1/lakehouse/namespaces')).status).toBe(503)
    await rename(`${place}-away`, place)
    const ready = async (): Promise<number> => (await fetch(`${url}/health/ready`)).status
    await expect.poll(ready, { timeout: 20_000 }).toBe(200)
  },
)

test(
  'a server ends when the npm process that started it ends, and releases its data directory',
  { timeout: 90_000 },
  async () => {
    await using npm = startByNpm(['--port', '0', '--data-dir', join(folder, 'first')])
    const url = await npm.ready
    await npm.kill('SIGTERM')
    const serves = async (): Promise<boolean> =>
      await fetch(`${url}/health/live`).then(
        () => true,
        () => false,
      )
    await expect.poll(serves, { timeout: 20_000 }).toBe(false)
    await using next = start('first')
    await next.ready
  },
)

test(
  'a server with an external database prints example commands for an existing warehouse, or how to create one',
  { timeout: 60_000 },
  async () => {
    await using database = await testDatabase()
    const dataDir = join(folder, 'external')
    const masterKey = randomBytes(32).toString('base64')
    const begin = (): ServerProcess =>
      startProcess(['--port', '0', '--data-dir', dataDir, '--insecure-anonymous'], {
        HEADGATE_DATABASE_URL: database.url,
        HEADGATE_MASTER_KEY: masterKey,
        HEADGATE_DEFAULT_WAREHOUSE: 'shared',
      })
    await using empty = begin()
    const url = await empty.ready
    await expect.poll(empty.output).toContain('ANONYMOUS')
    expect(empty.output()).toContain(
      'create it with: headgate warehouse create shared s3://BUCKET/FOLDER --region REGION --keys-from-env',
    )
    expect(empty.output()).not.toContain('load_catalog')
    const storage = { type: 'file', root: `file://${join(dataDir, 'warehouses', 'shared')}` }
    const made = await fetch(`${url}/management/v1/warehouses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'shared', storage }),
    })
    expect(made.status).toBe(201)
    await empty.kill('SIGTERM')
    await using filled = begin()
    await filled.ready
    await expect.poll(filled.output).toContain('load_catalog("shared"')
    expect(filled.output()).not.toContain('none called')
  },
)

test(
  'a server with an external database prints how to create a credential, and its example commands use one',
  { timeout: 60_000 },
  async () => {
    await using database = await testDatabase()
    const dataDir = join(folder, 'external')
    const environment = {
      HEADGATE_DATABASE_URL: database.url,
      HEADGATE_MASTER_KEY: randomBytes(32).toString('base64'),
      HEADGATE_FILE_ROOTS: `file://${dataDir}`,
    }
    const begin = (): ServerProcess => startProcess(['--port', '0', '--data-dir', dataDir], environment)
    await using empty = begin()
    await empty.ready
    await expect
      .poll(empty.output)
      .toMatch(
        /credential +no principal exists; .*: headgate bootstrap --output \/.*\/\.config\/headgate\/admin-cred/,
      )
    await empty.kill('SIGTERM')
    const otherKey = { ...environment, HEADGATE_MASTER_KEY: randomBytes(32).toString('base64') }
    await expect(bootstrapStore(otherKey, { reset: false })).rejects.toThrow(/does not open key/)
    const made = await bootstrapStore(environment, { reset: false })
    expect(made.created).toBe(true)
    await using bootstrapped = begin()
    const url = await bootstrapped.ready
    await expect.poll(bootstrapped.output).toMatch(/credential +client_id:client_secret of a principal/)
    const credential = `${made.clientId}:${made.created ? made.clientSecret : ''}`
    const storage = { type: 'file', root: `file://${join(dataDir, 'lakehouse')}` }
    const warehouse = { name: 'lakehouse', storage }
    const token = await requestToken(url, credential)
    expect((await send(url, token, 'POST', '/management/v1/warehouses', warehouse)).status).toBe(201)
    await bootstrapped.kill('SIGTERM')
    await using filled = begin()
    await filled.ready
    const file = String.raw`/\S*/\.config/headgate/admin-credential`
    await expect.poll(filled.output).toMatch(new RegExp(String.raw`credential=open\("${file}"\)\.read`))
    await expect.poll(filled.output).toMatch(new RegExp(String.raw`oauth2\.credential=\$\(cat ${file}\)`))
  },
)

test(
  'a start with an unknown flag or a port in use fails with one sentence',
  { timeout: 60_000 },
  async () => {
    await using wrong = startProcess(['--prot', '1'])
    expect(await wrong.ended).toBe(1)
    expect(wrong.output()).toMatch(/^headgate: .*--prot.*--port/)
    await using help = startProcess(['--prot', '--help'])
    expect(await help.ended).toBe(0)
    expect(help.output()).toContain('--port (8181)')
    await using server = start('first')
    const { port } = new URL(await server.ready)
    await using database = await testDatabase()
    await using taken = startProcess(['--port', port, '--data-dir', join(folder, 'other')], {
      HEADGATE_DATABASE_URL: database.url,
      HEADGATE_MASTER_KEY: randomBytes(32).toString('base64'),
    })
    expect(await taken.ended).toBe(1)
    expect(taken.output()).toContain(`Port ${port} is in use`)
  },
)
