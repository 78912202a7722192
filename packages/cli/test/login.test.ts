import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { AuthRegistry, type ReadyProvider } from '@headgate/auth'
import type { HttpRequest } from '@headgate/http'
import { browse } from '@headgate/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loginProvider } from '../src/login/login-provider.ts'
import { issuerModule, type TestIssuer } from './issuer.ts'
import { runHere, spawnSource, type RunResult } from './headgate.ts'

const { CATALOG, testIssuer } = await issuerModule()

/** Lifetime of access tokens. It is so short that every use renews the token. */
const seconds = 2

let issuer: TestIssuer
let directory: string

beforeAll(async () => {
  issuer = await testIssuer({ seconds })
})
afterAll(async () => await issuer[Symbol.asyncDispose]())
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headgate-login-'))
  return async () => await rm(directory, { recursive: true, force: true })
})

const env = (): Record<string, string> => ({ HEADGATE_CONFIG_DIR: directory })
const file = (name = 'default'): string => join(directory, 'logins', `${name}.json`)
const decodeClaims = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

const who = ['--client-id', 'person', '--scope', 'openid offline_access catalog', '--resource', CATALOG]

async function run(args: readonly string[], onError?: (text: string) => void): Promise<RunResult> {
  return await runHere(args, directory, { env: env(), ...(onError === undefined ? {} : { onError }) })
}

/** Logs a user in, with a simulated browser that opens the printed URL. */
async function logIn(login: string, ...more: readonly string[]): Promise<RunResult> {
  const browser = ['--redirect-uri', 'http://127.0.0.1/back', '--no-open']
  return await run(['login', ...more, '--issuer', issuer.url, ...who, ...browser], (shown) => {
    const url = /(?:Log in here:|Or open) (\S+)/.exec(shown)?.[1]
    if (url !== undefined) void browse(url, { login, password: 'x' })
  })
}

/** Creates the auth provider `login` in the way in which a program creates it. */
async function provider(name: string): Promise<ReadyProvider> {
  const registry = new AuthRegistry()
  registry.register('login', loginProvider({ folder: join(directory, 'logins'), env: {}, warn: () => {} }))
  return await registry.create({ 'rest.auth.type': 'login', 'rest.auth.login.name': name })
}

const requestTo = (url: string): HttpRequest => ({ method: 'GET', url, headers: [], body: null })

describe('headgate login', () => {
  it('headgate login logs in with a browser, shows the user, and stores a file that only the user can read', async () => {
    const ran = await logIn('alice', '--json')
    expect(ran).toMatchObject({ code: 0, json: { name: 'default', subject: 'alice', renewable: true } })
    expect(ran.out + ran.err).not.toMatch(/eyJ/)
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect((await stat(join(directory, 'logins'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(directory, 'logins'))).toEqual(['default.json'])
  })

  it('headgate login logs in with a code that the user enters on another device', async () => {
    const ran = await logIn('bob', 'phone', '--device')
    expect(ran.code).toBe(0)
    expect(ran.err).toMatch(/enter the code \S+ within \d+ min/)
    expect(ran.out).toMatch(/subject +bob/)
  })

  it('headgate login repeats a login by its name, and sends no settings of one issuer to another issuer', async () => {
    await logIn('carol')
    const kept = await readFile(file(), 'utf8')
    const again = await run(['login', '--no-open', '--redirect-uri', 'http://127.0.0.1/back'], (shown) => {
      const url = /Log in here: (\S+)/.exec(shown)?.[1]
      if (url !== undefined) void browse(url, { login: 'carol', password: 'x' })
    })
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('carol') })
    expect(await readFile(file(), 'utf8')).not.toBe(kept)
    const other = await run(['login', '--issuer', 'http://127.0.0.1:1', '--client-id', 'x', '--no-open'])
    expect(other.code).toBe(3)
    expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ issuer: issuer.url })
  })

  it('headgate login stores a profile with --profile, and sends the tokens only to the server of the profile', async () => {
    const server = 'https://own.example'
    const ran = await logIn('gina', '--profile', 'prod', '--url', server, '--json')
    expect(ran).toMatchObject({ code: 0, json: { name: 'prod', subject: 'gina', server } })
    expect((await run(['profile', 'list', '--json'])).json).toEqual({
      profiles: [
        { name: 'prod', current: false, url: server, warehouse: null, login: 'prod', credentialFile: null },
      ],
    })
    const token = await run(['token', '--profile', 'prod'])
    expect(decodeClaims(token.out)).toMatchObject({ sub: 'gina' })
    const elsewhere = await run(['role', 'list', '--login', 'prod', '--url', 'https://other.example'])
    expect(elsewhere).toMatchObject({ code: 2, err: expect.stringContaining(`is for ${server}`) })
    // This command sets no URL, issuer or client: the profile provides the server, and its login provides the issuer
    // and the client.
    const again = await run(
      ['login', '--profile', 'prod', '--no-open', '--redirect-uri', 'http://127.0.0.1/back', '--json'],
      (shown) => {
        const url = /Log in here: (\S+)/.exec(shown)?.[1]
        if (url !== undefined) void browse(url, { login: 'gina', password: 'x' })
      },
    )
    expect(again).toMatchObject({ code: 0, json: { name: 'prod', server } })
    expect(await run(['logout', '--profile', 'prod', '--json'])).toMatchObject({
      json: { name: 'prod', forgotten: true },
    })
  })

  it('headgate login reports missing and invalid options', async () => {
    expect(await run(['login'])).toMatchObject({ code: 2, err: expect.stringContaining('--issuer') })
    expect(await run(['login', '../x', '--issuer', 'a', '--client-id', 'b'])).toMatchObject({ code: 2 })
    const secret = ['--set', 'rest.auth.oauth2.client-secret=s3cret']
    const shown = await run(['login', '--issuer', issuer.url, '--client-id', 'x', ...secret])
    expect(shown).toMatchObject({
      code: 2,
      err: expect.stringContaining('Other users of the machine can read it on the command line'),
    })
    expect(shown.err).not.toContain('s3cret')
  })
})

describe('headgate token', () => {
  it('headgate token prints the access token of the login, and renews it when necessary', async () => {
    await logIn('dora')
    const first = await run(['token'])
    expect(decodeClaims(first.out)).toMatchObject({ sub: 'dora', aud: CATALOG })
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    const second = await run(['token', '--login', 'default', '--json'])
    expect(second.err).toBe('')
    expect(second).toMatchObject({ code: 0, json: { token_type: 'Bearer', issuer: issuer.url } })
    expect(second.out).not.toContain(first.out.trim())
  })

  it(
    'headgate token renews the token in one process at a time, so that each refresh token is used only once',
    { timeout: 120_000 },
    async () => {
      await logIn('erik')
      const before = JSON.parse(await readFile(file(), 'utf8')) as Record<string, unknown>
      await writeFile(file(), JSON.stringify({ ...before, expiresAt: 0 }))
      const main = join(import.meta.dirname, '../src/main.ts')
      const all = Array.from({ length: 4 }, async () => {
        const child = spawnSource(main, ['token', '--login', 'default'], env())
        if (child.stdout === null) throw new Error('no output')
        return await text(child.stdout)
      })
      const tokens = new Set(await Promise.all(all))
      // The issuer would end the login if it received a refresh token for the second time. The login still works, so
      // each refresh token was used once.
      for (const token of tokens) expect(decodeClaims(token)).toMatchObject({ sub: 'erik' })
      expect(await run(['token', '--login', 'default'])).toMatchObject({ code: 0 })
    },
  )

  it('headgate token reports that the login has ended, and how to log in again', async () => {
    await logIn('fred')
    const login = JSON.parse(await readFile(file(), 'utf8')) as Record<string, unknown>
    await writeFile(file(), JSON.stringify({ ...login, refreshToken: 'used-up', expiresAt: 0 }))
    const ended = await run(['token', '--login', 'default'])
    expect(ended).toMatchObject({ code: 4, out: '', err: expect.stringContaining('headgate login default') })
    expect(ended.err).not.toContain('used-up')
    expect(await readdir(join(directory, 'logins'))).toEqual(['default.json'])
  })

  it('headgate token refuses a renewed token that belongs to another user', async () => {
    await logIn('gina')
    const gina = JSON.parse(await readFile(file(), 'utf8')) as { provenance: object }
    await logIn('hugo', 'other')
    const hugo = JSON.parse(await readFile(file('other'), 'utf8')) as { refreshToken: string }
    await writeFile(file(), JSON.stringify({ ...gina, refreshToken: hugo.refreshToken, expiresAt: 0 }))
    const ran = await run(['token', '--login', 'default'])
    expect(ran).toMatchObject({ code: 4, out: '', err: expect.stringContaining('another subject') })
  })

  it('headgate token removes the lock file of a killed process', async () => {
    await logIn('ida')
    const login = JSON.parse(await readFile(file(), 'utf8')) as Record<string, unknown>
    await writeFile(file(), JSON.stringify({ ...login, expiresAt: 0 }))
    const { hostname } = await import('node:os')
    await writeFile(`${file()}.lock`, `${hostname()} 999999999 dead`)
    const ran = await run(['token', '--login', 'default'])
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(await readdir(join(directory, 'logins'))).toEqual(['default.json'])
  })

  it('headgate token refuses the name of an unknown login, and a login together with a credential', async () => {
    expect(await run(['token', '--login', 'unknown'])).toMatchObject({
      code: 4,
      err: expect.stringContaining('headgate login unknown'),
    })
    expect(await run(['token', '--login', 'a', '--credential-file', 'b'])).toMatchObject({ code: 2 })
  })
})

describe('the token of a login', () => {
  it('the access token of a login reaches the server only with commands that name the login', async () => {
    const authorizations: (string | undefined)[] = []
    const server = createServer((request, response) => {
      authorizations.push(request.headers.authorization)
      response.end('{"roles":[]}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      await logIn('kai')
      await run(['role', 'list', '--url', url])
      await run(['role', 'list', '--url', url, '--login', 'default'])
      expect(authorizations[0]).toBeUndefined()
      expect(decodeClaims(authorizations[1] ?? '')).toMatchObject({ sub: 'kai' })
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('the access token of a login is never sent to another machine without encryption', async () => {
    await logIn('mia')
    const far = 'http://catalog.invalid'
    const refused = {
      code: 2,
      out: '',
      err: expect.stringMatching(/catalog\.invalid, because the connection is not encrypted[^]*Use https/),
    }
    expect(await run(['role', 'list', '--url', far, '--login', 'default'])).toMatchObject(refused)
    for (const how of [
      ['--login', 'default'],
      ['--auth', 'login'],
    ])
      expect(await run(['proxy', '--upstream', far, '--port', '0', ...how])).toMatchObject(refused)
    expect(await run(['login', '--url', far, '--issuer', issuer.url, ...who])).toMatchObject(refused)
    await using auth = await provider('default')
    await expect(auth.authenticate(requestTo(far))).rejects.toThrow(/is not encrypted[^]*Use https/)
    // `headgate token` prints the token and does not send it to the URL, so the URL may be unencrypted.
    expect(await run(['token', '--url', far, '--login', 'default'])).toMatchObject({ code: 0, err: '' })
  })

  it('the access token of a login is sent only to the server that --url named at the login, until the user changes it', async () => {
    const [here, elsewhere] = ['https://catalog.invalid', 'http://127.0.0.1:1']
    const made = await logIn('nina', 'bound', '--url', `${here}/lake`, '--json')
    expect(made).toMatchObject({ code: 0, json: { server: here } })
    const message =
      /bound is for https:\/\/catalog\.invalid, not for http:\/\/127\.0\.0\.1:1[^]*login bound --url/
    const refused = { code: 2, out: '', err: expect.stringMatching(message) }
    const commands = [
      ['role', 'list', '--url', elsewhere],
      ['proxy', '--upstream', elsewhere, '--port', '0'],
    ]
    for (const command of commands) expect(await run([...command, '--login', 'bound'])).toMatchObject(refused)
    await using auth = await provider('bound')
    await expect(auth.authenticate(requestTo(elsewhere))).rejects.toThrow(message)
    expect((await auth.authenticate(requestTo(`${here}/v1/config`))).headers).toHaveLength(1)
    // Neither a renewal nor a new login without --issuer changes the server of the login.
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    await run(['token', '--login', 'bound'])
    expect(JSON.parse(await readFile(file('bound'), 'utf8'))).toMatchObject({ server: here })
    const server = async (...args: readonly string[]): Promise<unknown> => {
      const again = ['login', 'bound', '--no-open', '--redirect-uri', 'http://127.0.0.1/back', '--json']
      const ran = await run([...again, ...args], (shown) => {
        const url = /Log in here: (\S+)/.exec(shown)?.[1]
        if (url !== undefined) void browse(url, { login: 'nina', password: 'x' })
      })
      return (ran.json as { server: unknown }).server
    }
    expect(await server()).toBe(here)
    expect(await server('--url', elsewhere)).toBe(elsewhere)
    expect(await server('--issuer', issuer.url, ...who)).toBeNull()
  })

  it('the access token of a login is renewed before it expires, and when a server refuses it', async () => {
    await logIn('lea')
    await using auth = await provider('default')
    const request = requestTo('https://catalog.example.com/v1/config')
    const tokenIn = async (): Promise<string> => (await auth.authenticate(request)).headers[0]?.[1] ?? ''
    const first = await tokenIn()
    expect(decodeClaims(first)).toMatchObject({ sub: 'lea' })
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    const second = await tokenIn()
    expect(second).not.toBe(first)
    expect(decodeClaims(second)).toMatchObject({ sub: 'lea' })
    await run(['logout'])
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    await expect(tokenIn()).rejects.toThrow(/headgate login default/)
  })
})

describe('headgate logout', () => {
  it('headgate logout revokes the tokens of the login at the issuer and deletes the login', async () => {
    await logIn('jana')
    const kept = JSON.parse(await readFile(file(), 'utf8')) as Record<string, unknown>
    expect(await run(['logout', '--json'])).toMatchObject({
      code: 0,
      json: { name: 'default', forgotten: true, revoked: true },
    })
    expect(await run(['token', '--login', 'default'])).toMatchObject({ code: 4 })
    expect(await run(['logout'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('There is no login'),
    })
    expect(await readdir(join(directory, 'logins'))).toEqual([])
    await writeFile(file(), JSON.stringify({ ...kept, expiresAt: 0 }))
    expect(await run(['token', '--login', 'default'])).toMatchObject({ code: 4 })
  })

  it('headgate logout deletes the login with a warning when the issuer does not respond', async () => {
    await logIn('jana')
    const kept = JSON.parse(await readFile(file(), 'utf8')) as { properties: Record<string, string> }
    const gone = { ...kept.properties, 'rest.auth.oauth2.issuer-url': 'http://127.0.0.1:1' }
    await writeFile(file(), JSON.stringify({ ...kept, properties: gone }))
    const ran = await run(['logout', '--json'])
    expect(ran).toMatchObject({ code: 0, json: { forgotten: true, revoked: false } })
    expect(ran.err).toContain('could not be revoked at the issuer')
    expect(await readdir(join(directory, 'logins'))).toEqual([])
  })
})
