import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { testDatabase } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Canaries } from './canaries.ts'
import { createCanaryClient, dump, startEchoingStore } from './canary-place.ts'
import { plantVended, useVended, type Vended } from './canary-vended.ts'
import { type ServerProcess, startProcess } from './process.ts'

// The time limit is long, because the run starts several servers and runs many commands.
const timeout = 240_000
const canaries = new Canaries()
const secret = (name: string): string => canaries.plant(name, randomBytes(24).toString('base64url'))
const { directory, run, send, sendForm } = createCanaryClient(canaries)

describe('the output, logs, metrics, audit events and responses of the server and the command line', () => {
  beforeAll(async () => {
    await using database = await testDatabase()
    await useServers(database.url)
    canaries.saw('the database', await dump(database.url))
  }, timeout)
  afterAll(async () => rm(await directory, { recursive: true, force: true }))

  it('outputs, logs, metrics, audit events and responses do not contain any secret', () => {
    expect(canaries.leaks).toEqual([])
  })

  it('the recorded outputs contain a known text from each source, and the test searched them for each kind of secret', () => {
    for (const seen of [
      'ready http',
      '"level":',
      '"audit":true',
      'headgate_requests_total',
      'AKIDCANARY',
      'createWarehouse',
      'storage_secret',
      '"previousFingerprint":"',
      'error:',
      'an object was stored',
      '<Code>',
    ])
      expect(canaries.seen.includes(seen), seen).toBe(true)
    expect(canaries.kinds).toEqual(
      expect.arrayContaining([
        'access token',
        'client secret',
        'database password',
        'master key',
        'storage refresh token',
        'storage secret key',
        'storage session token',
        'vended s3.secret-access-key',
        'vended s3.session-token',
      ]),
    )
  })
})

describe('Canaries', () => {
  it('the search for planted secrets finds a secret in every encoding, and the beginning of a truncated secret', () => {
    const found = new Canaries()
    const planted = found.plant('a key', 'Zq8/+nothing like it, really#"1')
    const shown: Readonly<Record<string, string>> = {
      log: `x${planted}y`,
      base64: Buffer.from(`${planted}:and more`).toString('base64'),
      hex: Buffer.from(planted).toString('hex'),
      url: `?k=${encodeURIComponent(planted)}`,
      json: JSON.stringify({ k: planted }),
      cut: planted.slice(0, 22),
      nothing: 'nothing',
    }
    for (const [where, text] of Object.entries(shown)) found.saw(where, text)
    const places = found.leaks.map((leak) => leak.replace(/.* in /, ''))
    expect([...new Set(places)].toSorted()).toEqual(['base64', 'cut', 'hex', 'json', 'log', 'url'])
    expect(found.leaks.join()).not.toContain(planted)
  })
})

/** Runs a server with each of two master keys, and sends valid and invalid requests and commands to them. */
async function useServers(databaseUrl: string): Promise<void> {
  const home = await directory
  const masterKey = randomBytes(32)
  const oldMasterKey = randomBytes(32)
  for (const key of [masterKey, oldMasterKey]) {
    canaries.plant('master key', key.toString('base64'))
    canaries.plant('master key', key.toString('hex'))
  }
  await startWithWrongConfigurations()
  const admin = join(home, 'admin')
  const common = {
    HEADGATE_DATABASE_URL: databaseUrl,
    HEADGATE_LOG_LEVEL: 'trace',
    HEADGATE_LOG_FORMAT: 'json',
  }
  const begin = async (env: Readonly<Record<string, string>>): Promise<ServerProcess & { url: string }> => {
    const server = startProcess(['--port', '0', '--audit-reads', 'log', '--data-dir', join(home, 'data')], {
      ...common,
      HEADGATE_FILE_ROOTS: `file://${home}/lake`,
      ...env,
    })
    return Object.assign(server, { url: await server.ready })
  }
  const old = { HEADGATE_MASTER_KEY: oldMasterKey.toString('base64') }
  await run(['bootstrap', '--output', admin, '--json'], { ...common, ...old })
  const credential = (await readFile(admin, 'utf8')).trim()
  canaries.plant('client secret', credential.slice(credential.indexOf(':') + 1))

  await using first = await begin(old)
  const cli = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> =>
    run(args, { HEADGATE_URL: first.url, HEADGATE_CREDENTIAL_FILE: admin, ...env })
  const token = canaries.plant(
    'access token',
    (await run(['token'], { HEADGATE_URL: first.url, HEADGATE_CREDENTIAL_FILE: admin }, false)).trim(),
  )
  await signIn(first.url, credential)
  await changeWarehouses(cli, first.url, token)
  await changePrincipalsAndKeys(cli, home)
  await useTables(cli, first.url, token)
  await sendWrongRequests(first.url, token)
  canaries.saw('the metrics', await (await fetch(`${first.url}/metrics`)).text())
  await cli(['audit', '--json'])
  await first.kill('SIGTERM')
  canaries.saw('the output of the server', first.output())

  await using second = await begin({
    HEADGATE_MASTER_KEY: masterKey.toString('hex'),
    HEADGATE_MASTER_KEY_PREVIOUS: oldMasterKey.toString('base64'),
  })
  const later = { HEADGATE_URL: second.url, HEADGATE_CREDENTIAL_FILE: admin }
  for (const args of [['keys', 'reseal'], ['keys', 'list'], ['warehouse', 'check', 'bucket'], ['audit']]) {
    await run(args, later)
    await run([...args, '--json'], later)
  }
  await second.kill('SIGTERM')
  canaries.saw('the output of the second server', second.output())
}

/** Starts servers with wrong configurations, which print the reason and exit. */
async function startWithWrongConfigurations(): Promise<void> {
  const nowhere = `postgresql://headgate:${secret('database password')}@127.0.0.1:1/headgate`
  const key = secret('master key')
  const wrong = [
    { HEADGATE_DATABASE_URL: nowhere, HEADGATE_MASTER_KEY: randomBytes(32).toString('hex') },
    { HEADGATE_DATABASE_URL: nowhere, HEADGATE_MASTER_KEY: key },
    { HEADGATE_DATABASE_URL: `mysql://root:${secret('database password')}@127.0.0.1/x` },
  ]
  for (const env of wrong) {
    const server = startProcess(['--port', '0', '--data-dir', join(await directory, 'none')], env)
    await server.ended
    canaries.saw('the output of a server that did not start', server.output())
    await run(['bootstrap', '--json'], env)
  }
}

async function signIn(url: string, credential: string): Promise<void> {
  const [id = '', right = ''] = credential.split(':')
  const wrong = secret('wrong client secret')
  const form = { grant_type: 'client_credentials', client_id: id, scope: 'catalog' }
  const token = `${url}/v1/oauth/tokens`
  await sendForm(token, { ...form, client_secret: wrong })
  await sendForm(token, { ...form, client_secret: right, grant_type: 'password' })
  await sendForm(token, { ...form, client_secret: right, scope: right })
  await sendForm(`${token}?client_secret=${right}`, form)
  await sendForm(token, {
    ...form,
    grant_type: 'refresh_token',
    refresh_token: secret('oauth refresh token'),
  })
  const basic = Buffer.from(`${id}:${wrong}`).toString('base64')
  await send('POST', token, { authorization: `Basic ${basic}` })
  for (const authorization of [
    `Bearer ${wrong}`,
    `Basic ${basic}`,
    wrong,
    `Bearer ${wrong}.${wrong}.${wrong}`,
  ])
    await send('GET', `${url}/v1/config`, { authorization })
  const here = { HEADGATE_URL: url }
  await run(['role', 'list', '--json'], { ...here, HEADGATE_CREDENTIAL: `${id}:${wrong}` })
  await run(['role', 'list'], { ...here, HEADGATE_CREDENTIAL: wrong })
  await run(['role', 'list'], { HEADGATE_URL: 'http://127.0.0.1:1', HEADGATE_CREDENTIAL: credential })
}

type Cli = (args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<string>

async function changeWarehouses(cli: Cli, url: string, token: string): Promise<void> {
  await using store = await startEchoingStore()
  const keys = (): Record<string, string> => ({
    AWS_ACCESS_KEY_ID: 'AKIDCANARY',
    AWS_SECRET_ACCESS_KEY: secret('storage secret key'),
    AWS_SESSION_TOKEN: secret('storage session token'),
  })
  const s3 = ['s3://canary/wh', '--endpoint', store.url, '--keys-from-env', '--json']
  await cli(['warehouse', 'create', 'bucket', ...s3, '--skip-probe'], keys())
  await cli(['warehouse', 'create', 'refused', ...s3], keys())
  await cli(['warehouse', 'validate', '--location', ...s3], keys())
  await cli(['warehouse', 'update', 'bucket', '--keys-from-env'], keys())
  await cli(['warehouse', 'update', 'bucket', '--keys-from-env', '--skip-probe', '--json'], keys())
  await cli([
    'warehouse',
    'update',
    'bucket',
    '--vending',
    'static',
    '--long-lived-keys-may-leave-the-server',
  ])
  for (const args of [['show', 'bucket'], ['validate', 'bucket'], ['check', 'bucket'], ['list']]) {
    await cli(['warehouse', ...args])
    await cli(['warehouse', ...args, '--json'])
  }
  const at = `${url}/management/v1/warehouses`
  const profile = { type: 's3', bucket: 'b', endpoint: store.url, accessKeyId: 'AKIDCANARY' }
  const bodies = [
    { name: 'x', storage: { ...profile, secretAccessKey: { nested: secret('storage secret key') } } },
    { name: 'x', storage: { ...profile, secretAccesKey: secret('storage secret key') } },
    { name: 'x', storage: { ...profile, secretAccessKey: secret('storage secret key'), region: '!' } },
    { name: 'x', storage: { ...profile, secretAccessKey: secret('storage secret key'), prefix: '/../' } },
  ]
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (const body of bodies) await send('POST', at, headers, JSON.stringify(body))
  const broken = `{"name":"x","storage":{"secretAccessKey":"${secret('storage secret key')}"`
  await send('POST', at, headers, broken)
  await send(
    'PATCH',
    `${at}/bucket`,
    headers,
    JSON.stringify({ storageKeys: { x: secret('storage secret key') } }),
  )
}

async function changePrincipalsAndKeys(cli: Cli, home: string): Promise<void> {
  const file = join(home, 'service')
  await cli(['principal', 'create', 'service', '--output', file, '--json'])
  await plantCredential(file)
  await cli(['principal', 'rotate', 'service', '--output', file])
  await plantCredential(file)
  await cli(['role', 'list', '--json'], { HEADGATE_CREDENTIAL_FILE: file })
  await cli(['principal', 'drop-old-secret', 'service', '--json', '--yes'])
  await cli(['principal', 'list', '--json'])
  await cli(['keys', 'rotate', '--force-now'])
  await cli(['keys', 'rotate', '--force-now', '--json'])
  await cli(['keys', 'list', '--json'])
  await cli(['config', '--json'])
}

async function plantCredential(file: string): Promise<void> {
  const text = (await readFile(file, 'utf8')).trim()
  canaries.plant('client secret', text.slice(text.indexOf(':') + 1))
}

async function useTables(cli: Cli, url: string, token: string): Promise<void> {
  const home = await directory
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-iceberg-access-delegation': 'vended-credentials',
  }
  const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] }
  await cli(['warehouse', 'create', 'lake', join(home, 'lake/one'), '--bucket', 'canary'])
  for (const warehouse of ['lake', 'bucket']) {
    const at = `${url}/v1/${warehouse}/namespaces`
    await send('POST', at, headers, JSON.stringify({ namespace: ['sales'] }))
    for (const table of [{ name: 't' }, { name: 'staged', 'stage-create': true }]) {
      const made = await fetch(`${at}/sales/tables`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ schema, ...table }),
      })
      if (made.ok) {
        const vended = (await made.json()) as Vended
        plantVended(canaries, vended)
        await useVended(canaries, send, vended)
      } else canaries.saw('the response to createTable', await made.text())
    }
    for (const path of ['sales/tables/t', 'sales/tables/t/credentials']) {
      const response = await fetch(`${at}/${path}`, { headers })
      if (response.ok) plantVended(canaries, (await response.json()) as Vended)
      else canaries.saw(`the response to ${path}`, await response.text())
    }
    const wrongToken = `storageRefreshToken=${secret('storage refresh token')}`
    for (const path of ['t/credentials', 'none/credentials', 't/sign', 'none'])
      await send('GET', `${at}/sales/tables/${path}?${wrongToken}`, headers)
    await send('GET', `${at}/sales/tables/t/credentials?planId=p&${wrongToken}`, headers)
    await cli(['table', 'show', `${warehouse}/sales.t`, '--json'])
    await cli(['table', 'revoke-access', `${warehouse}/sales.t`, '--yes', '--json'])
    await cli(['storage', 'orphans', '--warehouse', warehouse, '--older-than', '1h', '--json'])
  }
}

async function sendWrongRequests(url: string, token: string): Promise<void> {
  const wrongToken = secret('access token')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  await send('GET', `${url}/no/such/path?access_token=${wrongToken}`, headers)
  await send('GET', `${url}/v1/config?warehouse=none&token=${token}`, headers)
  await send('PATCH', `${url}/management/v1/keys`, headers, wrongToken)
  const body = JSON.stringify({ purpose: 'x', secret: wrongToken })
  await send('POST', `${url}/management/v1/keys`, headers, body)
  await send('GET', `${url}/management/v1/warehouses`, { ...headers, 'user-agent': `Bearer ${token}` })
  await send('GET', `${url}/management/v1/warehouses`, { ...headers, 'x-request-id': token })
}
