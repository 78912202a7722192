import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { browse } from '@headgate/testkit'
import { decodeJwt, importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { CATALOG, testIssuer, type TestIssuer, type TokenCall } from '../../test/issuer.ts'
import type { Properties } from '../properties/auth-properties.ts'
import type { Prompts } from '../prompts.ts'
import type { CreateOptions } from '../registry.ts'
import { aRequest, create, headerAfter, catchMessage, testClock } from '../../test/context.ts'
import type { ReadyProvider } from '../auth-provider.ts'

const SECRET = 'a-secret: with/odd+characters, 32 long'
const P = 'rest.auth.oauth2.'
let issuer: TestIssuer

beforeAll(async () => {
  issuer = await testIssuer()
})
afterAll(async () => await issuer[Symbol.asyncDispose]())

/** Creates an oauth2 provider for the test issuer. `own` contains properties, by name below `rest.auth.oauth2.`. */
async function open(own: Properties, options: CreateOptions = {}): Promise<ReadyProvider> {
  const properties: Record<string, Properties[string]> = { 'rest.auth.type': 'oauth2' }
  for (const [name, value] of Object.entries({ 'issuer-url': issuer.url, ...own }))
    properties[`${P}${name}`] = value
  const auth = await create(properties, { fetch: issuer.fetch, ...options })
  onTestFinished(async () => await auth[Symbol.asyncDispose]())
  return auth
}

const basic = { 'client-id': 'basic', 'client-secret': SECRET, scope: 'catalog' }

function lastCall(): TokenCall {
  const call = issuer.calls.at(-1)
  if (call === undefined) throw new Error('No token was requested.')
  return call
}

async function readClaims(auth: ReadyProvider): Promise<Record<string, unknown>> {
  return decodeJwt((await auth.token?.())?.value.reveal() ?? '')
}

async function writeTempFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oauth2-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'file'), text)
  return join(folder, 'file')
}

describe('an oauth2 client', () => {
  it.each<[string, () => Promise<Properties> | Properties]>([
    ['client_secret_basic', () => basic],
    ['client_secret_post', () => ({ ...basic, 'client-id': 'post', 'client-auth': 'client_secret_post' })],
    ['client_secret_jwt', () => ({ ...basic, 'client-id': 'mac', 'client-auth': 'client_secret_jwt' })],
    [
      'private_key_jwt',
      () => ({ 'client-id': 'signing', scope: 'catalog', 'client-auth.jwt.private-key': issuer.clientKey }),
    ],
    [
      'a secret in a file',
      async () => ({ 'client-id': 'basic', 'client-secret-file': await writeTempFile(`${SECRET}\n`) }),
    ],
  ])('authenticates with %s', async (_, properties) => {
    const own = await properties()
    const auth = await open(own)
    expect(await headerAfter(auth, 'authorization')).toMatch(/^Bearer ey/)
    expect(await readClaims(auth)).toMatchObject({
      iss: issuer.url,
      aud: CATALOG,
      client_id: own['client-id'],
    })
    expect(lastCall().form.get('grant_type')).toBe('client_credentials')
  })

  it('an oauth2 client authenticates with an assertion in a file, which is read again when it changes', async () => {
    const clock = testClock(Date.now())
    const createAssertion = async (jti: string): Promise<string> => {
      const key = await importJWK(JSON.parse(issuer.clientKey), 'ES256')
      const claims = { iss: 'signing', sub: 'signing', aud: issuer.url, jti }
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'client' })
      return await jwt.setIssuedAt().setExpirationTime('5m').sign(key)
    }
    const path = await writeTempFile(await createAssertion('one'))
    const auth = await open(
      { 'client-id': 'signing', scope: 'catalog', 'client-auth.assertion-file': path },
      clock,
    )
    expect(await readClaims(auth)).toMatchObject({ client_id: 'signing' })
    await writeFile(path, await createAssertion('two'))
    clock.advance(3_601_000)
    await headerAfter(auth, 'authorization')
    expect(decodeJwt(lastCall().form.get('client_assertion') ?? '').jti).toBe('two')
  })

  it('an oauth2 client sends an assertion whose only audience is the issuer', async () => {
    await open({ 'client-id': 'signing', 'client-auth.jwt.private-key': issuer.clientKey })
    const assertion = decodeJwt(lastCall().form.get('client_assertion') ?? '')
    expect(assertion).toMatchObject({ iss: 'signing', sub: 'signing', aud: issuer.url })
  })
})

describe('an oauth2 token exchange', () => {
  const nestedClient = (name: string, client: string): Properties => ({
    [`token-exchange.${name}.issuer-url`]: issuer.url,
    [`token-exchange.${name}.client-id`]: client,
    [`token-exchange.${name}.client-secret`]: SECRET,
    [`token-exchange.${name}.client-auth`]: client === 'post' ? 'client_secret_post' : 'client_secret_jwt',
    [`token-exchange.${name}.scope`]: 'catalog',
  })

  it('an oauth2 token exchange uses separate configurations for subject and actor, with several audiences and resources', async () => {
    const auth = await open({
      ...basic,
      ...nestedClient('subject-token', 'post'),
      ...nestedClient('actor-token', 'mac'),
      audience: 'lake,house',
      resource: 'https://a.example/ https://b.example/',
    })
    expect(await readClaims(auth)).toMatchObject({
      sub: 'post',
      act: { sub: 'mac' },
      aud: ['lake', 'house', 'https://a.example/', 'https://b.example/'],
    })
    const { form } = lastCall()
    expect(form.getAll('audience')).toEqual(['lake', 'house'])
    expect(form.getAll('resource')).toEqual(['https://a.example/', 'https://b.example/'])
    expect(form.get('subject_token_type')).toBe('urn:ietf:params:oauth:token-type:access_token')
    expect(form.get('actor_token_type')).toBe('urn:ietf:params:oauth:token-type:access_token')
    expect((await auth.token?.())?.provenance).toMatchObject({
      who: { subject: 'post', issuer: issuer.url },
      actors: [{ subject: 'mac' }],
      obtainedBy: 'token-exchange',
    })
  })

  it('an oauth2 token exchange uses the token of the parent session', async () => {
    const parent = await open({ ...basic, 'client-id': 'post', 'client-auth': 'client_secret_post' })
    const auth = await open({ ...basic, 'token-exchange.subject-token': '::parent::' }, { parent })
    expect(await readClaims(auth)).toMatchObject({ sub: 'post', client_id: 'basic' })
    expect(await catchMessage(open({ ...basic, 'token-exchange.subject-token': '::parent::' }))).toContain(
      'needs a parent session',
    )
  })

  it('an oauth2 token exchange presents the JWT of one issuer at another issuer', async () => {
    const auth = await open({
      ...basic,
      'grant-type': 'jwt-bearer',
      'jwt-bearer.assertion.issuer-url': issuer.url,
      'jwt-bearer.assertion.client-id': 'mac',
      'jwt-bearer.assertion.client-secret': SECRET,
      'jwt-bearer.assertion.client-auth': 'client_secret_jwt',
      'jwt-bearer.assertion.audience': 'https://other.example',
      'jwt-bearer.assertion.token-exchange.requested-token-type': 'urn:ietf:params:oauth:token-type:jwt',
      ...Object.fromEntries(
        Object.entries(nestedClient('subject-token', 'post')).map(([name, value]) => [
          `jwt-bearer.assertion.${name}`,
          value,
        ]),
      ),
    })
    expect(await readClaims(auth)).toMatchObject({ sub: 'post', aud: CATALOG })
    expect(lastCall().form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  })

  it('an oauth2 token exchange ends the session when the issuer refuses the user token, and does not continue with the rights of the service', async () => {
    const clock = testClock(Date.now())
    const parent = await open(basic)
    const token = (await parent.token?.())?.value.reveal() ?? ''
    const path = await writeTempFile(token)
    const auth = await open({ ...basic, 'token-exchange.subject-token-file': path }, clock)
    await writeFile(path, `${token.slice(0, -10)}AAAAAAAAAA`)
    clock.advance(3_601_000)
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain(
      'refused token-exchange: invalid_grant',
    )
    expect(lastCall().form.get('grant_type')).toContain('token-exchange')
  })

  it('an oauth2 token exchange ends the session when the token of another user replaces the first token', async () => {
    const clock = testClock(Date.now())
    const requestToken = async (id: string, auth: string): Promise<string> =>
      (await (await open({ ...basic, 'client-id': id, 'client-auth': auth })).token?.())?.value.reveal() ?? ''
    const own = { ...basic, 'token-exchange.subject-token': '::parent::' }
    let current = await requestToken('post', 'client_secret_post')
    const { Secret } = await import('../secret.ts')
    const parent = {
      authenticate: async (request: ReturnType<typeof aRequest>) => request,
      token: async () => ({ value: new Secret(current) }),
    }
    const auth = await open(own, { parent, ...clock })
    current = await requestToken('mac', 'client_secret_jwt')
    clock.advance(3_601_000)
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain(
      'the renewed credential is for another subject',
    )
  })
})

it('the oauth2 provider sends only one token request for a renewal, even if several requests wait for the token', async () => {
  const clock = testClock(Date.now())
  const auth = await open(basic, clock)
  for (let renewal = 1; renewal <= 3; renewal++) {
    const before = issuer.calls.length
    clock.advance(3_601_000)
    const headers = await Promise.all(Array.from({ length: 200 }, () => headerAfter(auth, 'authorization')))
    expect(new Set(headers).size).toBe(1)
    expect(issuer.calls.length - before).toBe(1)
  }
})

it('sessions and refusals of the oauth2 provider do not show secrets', async () => {
  const auth = await open(basic)
  const token = (await auth.token?.())?.value.reveal() ?? 'none'
  const wrong = await open({ ...basic, 'client-secret': 'wrong-secret' }).catch((error: unknown) => error)
  const shown = inspect([auth, await auth.token?.(), wrong], { depth: 9, showHidden: true })
  for (const hidden of [SECRET, 'wrong-secret', token]) expect(shown).not.toContain(hidden)
})

it('the oauth2 provider replaces a token that the catalog refuses', async () => {
  const clock = testClock(Date.now())
  const auth = await open(basic, clock)
  const sent = await auth.authenticate(aRequest())
  clock.advance(60_000)
  expect(await auth.onResponse?.(new Response(null, { status: 401 }), sent)).toBe('retry')
  expect(await headerAfter(auth, 'authorization')).not.toBe(sent.headers[0]?.[1])
})

describe('the oauth2 provider for a person', () => {
  const person = { 'client-id': 'person', scope: 'openid offline_access catalog', resource: CATALOG }

  it('the oauth2 provider logs in on another device, and renews the login with a refresh token that rotates', async () => {
    const clock = testClock(Date.now())
    const stored: string[] = []
    const shown: string[] = []
    const auth = await open(
      { ...person, 'grant-type': 'device_code' },
      {
        ...clock,
        prompts: {
          device: ({ userCode, verificationUri, verificationUriComplete = '' }) => {
            shown.push(userCode, verificationUri)
            void browse(verificationUriComplete, { login: 'alice', password: 'x' })
          },
          keepRefreshToken: (token) => void stored.push(token.reveal()),
        },
      },
    )
    expect(shown).toEqual([])
    expect(await readClaims(auth)).toMatchObject({ sub: 'alice', aud: CATALOG })
    expect(shown).toHaveLength(2)
    clock.advance(3_601_000)
    expect(await readClaims(auth)).toMatchObject({ sub: 'alice' })
    expect(lastCall().form.get('grant_type')).toBe('refresh_token')
    expect(stored).toHaveLength(2)
    expect(stored[0]).not.toBe(stored[1])
    expect(shown).toHaveLength(2)

    const again = await open({ ...person, 'refresh-token': stored[1] })
    expect(await readClaims(again)).toMatchObject({ sub: 'alice' })
    expect(await catchMessage(open({ ...person, 'refresh-token': stored[1] }))).toContain(
      'The login has ended or was revoked: log in again',
    )
  })

  it('the oauth2 provider logs in with a browser', async () => {
    const redirectUri = 'http://127.0.0.1:1/back'
    const auth = await open(
      { ...person, 'grant-type': 'authorization_code' },
      {
        prompts: {
          browser: async ({ urlFor }) =>
            await browse(urlFor(redirectUri), { login: 'bob', password: 'x' }, redirectUri),
        },
      },
    )
    expect(await readClaims(auth)).toMatchObject({ sub: 'bob' })
    expect(lastCall().form.get('code_verifier')).toMatch(/^[\w-]{43}$/)
  })

  it('the oauth2 provider asks the user to log in at the first request, not when the client connects, and exchanges the token', async () => {
    const nested = Object.entries({ ...person, 'issuer-url': issuer.url, 'grant-type': 'device_code' })
    const own = Object.fromEntries(
      nested.map(([name, value]) => [`token-exchange.subject-token.${name}`, value]),
    )
    const asked: string[] = []
    const device: Prompts['device'] = ({ userCode, verificationUriComplete = '' }) => {
      asked.push(userCode)
      void browse(verificationUriComplete, { login: 'carol', password: 'x' })
    }
    const auth = await open({ ...basic, ...own, audience: 'lake' }, { prompts: { device } })
    expect(asked).toEqual([])
    expect(await readClaims(auth)).toMatchObject({ sub: 'carol', aud: ['lake'], client_id: 'basic' })
    expect(asked).toHaveLength(1)
  })

  it('the oauth2 provider refuses an interactive login if no prompts for the user were passed', async () => {
    const auth = await open({ ...person, 'grant-type': 'device_code' })
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain(
      'The login needs a function that shows a code to the user',
    )
    const other = await open({ ...person, 'grant-type': 'authorization_code' })
    expect(await catchMessage(other.authenticate(aRequest()))).toContain('grant-type=device_code')
  })

  it('the oauth2 provider refuses a login response that belongs to another login', async () => {
    const auth = await open(
      { ...person, 'grant-type': 'authorization_code' },
      {
        prompts: {
          browser: async ({ urlFor }) => {
            urlFor('http://127.0.0.1:1/back')
            return `http://127.0.0.1:1/back?code=stolen&state=other&iss=${issuer.url}`
          },
        },
      },
    )
    const message = await catchMessage(auth.authenticate(aRequest()))
    expect(message).toContain('The login was not successful')
    expect(message).not.toContain('stolen')
  })
})
