import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { fetchTransport, send } from '@headgate/http'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import { digestKey } from '../src/digest-key.ts'
import { testIssuer, type TestIssuer } from './issuer.ts'
import type { ReadyProvider } from '../src/auth-provider.ts'
import type { Properties } from '../src/properties/auth-properties.ts'
import type { CreateOptions } from '../src/registry.ts'
import { aRequest, create, headerAfter, catchMessage, testClock } from './context.ts'
import { verifyingServer } from './verifier.ts'

// Failures that users of other clients reported. Each test reproduces one of them, and checks the error message or
// the behaviour of this package.

const O = 'rest.auth.oauth2.'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`
}

interface JsonResponse {
  readonly status?: number
  readonly body?: object
}

/** Starts a server that acts as a token endpoint or a catalog, and sends these responses. */
async function startServer(
  respond: (form: URLSearchParams, authorization: string | undefined) => JsonResponse,
): Promise<HttpTestServer> {
  const server = await startHttpServer(({ body, headers }, response) => {
    const { status = 200, body: json = {} } = respond(
      new URLSearchParams(body.toString()),
      headers.authorization,
    )
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  })
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return server
}

async function open(properties: Properties, options: CreateOptions = {}): Promise<ReadyProvider> {
  const auth = await create(properties, options)
  onTestFinished(async () => await auth[Symbol.asyncDispose]())
  return auth
}

const oauth2 = (server: HttpTestServer, more: Properties = {}): Properties => ({
  'rest.auth.type': 'oauth2',
  [`${O}token-endpoint`]: `${server.url}/token`,
  [`${O}client-id`]: 'engine',
  [`${O}client-secret`]: 's',
  ...more,
})

const user = jwt({ iss: 'https://login.example.com', sub: 'alice' })
const exchange = { [`${O}token-exchange.subject-token`]: user }

describe('after a refusal by a token endpoint, the error message', () => {
  it('the error of a refused token request proposes the type oauth2 for invalid_client of Keycloak, because iceberg-legacy does not authenticate the client', async () => {
    const server = await startServer((form, authorization) =>
      form.get('grant_type') === EXCHANGE && authorization?.startsWith('Basic') !== true
        ? {
            status: 401,
            body: {
              error: 'invalid_client',
              error_description: 'Invalid client or Invalid client credentials',
            },
          }
        : { body: { access_token: 'x', token_type: 'bearer', expires_in: 3600 } },
    )
    await using service = await create(oauth2(server))
    const legacy = {
      'rest.auth.type': 'iceberg-legacy',
      'oauth2-server-uri': `${server.url}/token`,
      'rest.auth.iceberg-legacy.subject-token': user,
    }
    expect(await catchMessage(open(legacy, { parent: service }))).toContain('set rest.auth.type=oauth2')
    const auth = await open(oauth2(server, exchange))
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer x')
  })

  it('the error of a refused token request proposes the grant of RFC 7523 for unsupported_grant_type of Entra', async () => {
    const refused = {
      error: 'unsupported_grant_type',
      error_description: 'AADSTS70003: The app requested an unsupported grant type',
    }
    const server = await startServer((form) =>
      form.get('grant_type') === EXCHANGE
        ? { status: 400, body: refused }
        : { body: { access_token: 'x', token_type: 'Bearer', expires_in: 3600 } },
    )
    const message = await catchMessage(open(oauth2(server, exchange)))
    expect(message).toContain('profile=entra')
    expect(message).toContain('grant-type=jwt-bearer')
    const fixed = {
      [`${O}profile`]: 'entra',
      [`${O}jwt-bearer.assertion`]: user,
      scope: 'api://lake/.default',
    }
    expect(await headerAfter(await open(oauth2(server, fixed)), 'authorization')).toBe('Bearer x')
  })

  it('the error of a refused token request proposes Basic authentication of the client for invalid_client of Cognito', async () => {
    const server = await startServer((_, authorization) =>
      authorization === undefined
        ? { status: 400, body: { error: 'invalid_client' } }
        : { body: { access_token: 'x', token_type: 'Bearer', expires_in: 3600 } },
    )
    const legacy = {
      'rest.auth.type': 'iceberg-legacy',
      credential: 'a:b',
      'oauth2-server-uri': `${server.url}/token`,
    }
    expect(await catchMessage(open(legacy))).toContain('such as Cognito, need rest.auth.type=oauth2')
    const posted = { [`${O}client-auth`]: 'client_secret_post' }
    expect(await catchMessage(open(oauth2(server, posted)))).toContain('client-auth=client_secret_basic')
    expect(await headerAfter(await open(oauth2(server)), 'authorization')).toBe('Bearer x')
  })

  it.each([501, 404])(
    'the error of a refused token request proposes the token endpoint of an issuer when /v1/oauth/tokens answers %i',
    async (status) => {
      const server = await startServer(() => ({ status }))
      const legacy = { 'rest.auth.type': 'iceberg-legacy', credential: 'a:b' }
      expect(await catchMessage(open(legacy, { uri: server.url }))).toContain(
        'set oauth2-server-uri to the token endpoint of your identity provider and rest.auth.type=oauth2',
      )
    },
  )

  it('the error of a refused token request proposes the required scope for invalid_request of Polaris', async () => {
    const server = await startServer(() => ({ status: 400, body: { error: 'invalid_request' } }))
    const properties = {
      ...oauth2(server, exchange),
      [`${O}token-endpoint`]: `${server.url}/api/catalog/v1/oauth/tokens`,
    }
    expect(await catchMessage(open(properties))).toContain('scope=PRINCIPAL_ROLE:ALL')
  })

  it.each([
    [
      'an audience that is not available',
      400,
      'invalid_request',
      'Requested audience not available: lakehouse',
      'audience mapper',
    ],
    [
      'a token for another client',
      403,
      'access_denied',
      'Client is not within the token audience',
      'add a scope with an audience mapper for this client',
    ],
    [
      'a client without token exchange',
      400,
      'invalid_request',
      'Standard token exchange is not enabled for the requested client',
      'Switch on Standard token exchange',
    ],
  ])(
    'the error of a refused token request names the setting of Keycloak that is necessary for %s',
    async (_, status, error, error_description, fix) => {
      const server = await startServer(() => ({ status, body: { error, error_description } }))
      expect(await catchMessage(open(oauth2(server, exchange)))).toContain(fix)
    },
  )
})

describe('after a refusal by a catalog, the provider', () => {
  let issuer: TestIssuer
  beforeAll(async () => {
    issuer = await testIssuer()
  })
  afterAll(async () => await issuer[Symbol.asyncDispose]())
  const service = (): Properties => ({
    'rest.auth.type': 'oauth2',
    [`${O}issuer-url`]: issuer.url,
    [`${O}client-id`]: 'basic',
    [`${O}client-secret`]: 'a-secret: with/odd+characters, 32 long',
    scope: 'catalog',
  })

  it('the auth provider keeps a new token that Polaris refuses with 401, and warns that the principal may not exist there', async () => {
    const warnings: string[] = []
    const auth = await open(service(), { fetch: issuer.fetch, warn: (message) => warnings.push(message) })
    const before = issuer.calls.length
    for (let tries = 0; tries < 3; tries++) {
      const sent = await auth.authenticate(aRequest())
      expect(await auth.onResponse?.(new Response(null, { status: 401 }), sent)).toBeUndefined()
    }
    expect(issuer.calls.length).toBe(before)
    expect(warnings).toEqual([expect.stringContaining('in Polaris, the principal and its role must exist')])
  })

  it.each([401, 419])(
    'the auth provider renews an expired token after status %i, and sends the request again',
    async (status) => {
      const clock = testClock(Date.now())
      const auth = await open(service(), { fetch: issuer.fetch, ...clock })
      const first = await headerAfter(auth, 'authorization')
      clock.advance(60_000)
      const catalog = await startHttpServer(({ headers }, response) => {
        response.writeHead(headers.authorization === first ? status : 200).end()
      })
      onTestFinished(async () => await catalog[Symbol.asyncDispose]())
      const response = await send(
        { method: 'GET', url: `${catalog.url}/v1/config` },
        { auth, transport: fetchTransport() },
      )
      expect(response.status).toBe(200)
      expect(catalog.received).toHaveLength(2)
    },
  )

  it('the auth provider renews the token again after a failed renewal, without a restart', async () => {
    const clock = testClock(Date.now())
    let down = false
    const fetch: CreateOptions['fetch'] = async (url, init) => {
      if (down) throw new TypeError('fetch failed')
      return await issuer.fetch(url, init)
    }
    const auth = await open(service(), { fetch, ...clock })
    const first = await headerAfter(auth, 'authorization')
    down = true
    clock.advance(3_601_000)
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain('did not answer')
    down = false
    clock.advance(31_000)
    expect(await headerAfter(auth, 'authorization')).not.toBe(first)
  })

  it('the auth provider requests the same scope, audience and resource in each renewal', async () => {
    const forms: URLSearchParams[] = []
    const server = await startServer((form) => {
      forms.push(form)
      return {
        body: {
          access_token: `t${forms.length}`,
          token_type: 'Bearer',
          expires_in: 3600,
          refresh_token: 'r',
        },
      }
    })
    const clock = testClock(Date.now())
    const purpose = { scope: 'catalog', audience: 'lakehouse', resource: 'https://catalog.example.com' }
    const auth = await open(oauth2(server, purpose), clock)
    clock.advance(3_601_000)
    await headerAfter(auth, 'authorization')
    expect(forms.map((form) => form.get('grant_type'))).toEqual(['client_credentials', 'refresh_token'])
    for (const form of forms) expect(Object.fromEntries(form)).toMatchObject(purpose)
  })

  it('the auth provider warns once that the configured token has expired, with the time, when the catalog refuses the token during a long query', async () => {
    const clock = testClock()
    const warnings: string[] = []
    const ends = clock.now() / 1_000 + 300
    const properties = {
      'rest.auth.type': 'bearer',
      'rest.auth.bearer.token': jwt({ sub: 'alice', exp: ends }),
    }
    const auth = await open(properties, { ...clock, warn: (message) => warnings.push(message) })
    const refuse = async (): Promise<unknown> =>
      await auth.onResponse?.(new Response(null, { status: 401 }), await auth.authenticate(aRequest()))
    await refuse()
    expect(warnings).toEqual([])
    clock.advance(301_000)
    await refuse()
    await refuse()
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The token of rest\.auth\.bearer\.token expired at 2026-01-01T00:05:00\.000Z and cannot be renewed: .*token-file/,
      ),
    ])
  })

  it('the auth provider signs a query with a plus sign and a body exactly as they are sent', async () => {
    await using server = await verifyingServer({ service: 'glue' })
    const auth = await open({
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.region': 'eu-central-1',
      'rest.auth.sigv4.service': 'glue',
      'rest.auth.sigv4.access-key-id': 'AKIDEXAMPLE',
      'rest.auth.sigv4.secret-access-key': 'secret',
    })
    const base: [string, string][] = [
      ['connection', 'keep-alive'],
      ['user-agent', 'x'],
    ]
    for (const request of [
      { method: 'GET', url: `${server.url}/v1/namespaces?parent=a+b%1Fc&pageToken=` },
      {
        method: 'POST',
        url: `${server.url}/v1/namespaces`,
        body: new TextEncoder().encode('{"namespace":["a"]}'),
      },
    ]) {
      const response = await send(request, { auth, base, transport: fetchTransport() })
      expect(await response.text()).toBe('welcome')
    }
  })
})

describe('the session of a user', () => {
  it('the session of a user ends when its token expires, and does not continue with the rights of the service', async () => {
    const server = await startServer((form) =>
      form.get('grant_type') === 'client_credentials'
        ? { body: { access_token: jwt({ sub: 'service' }), token_type: 'bearer', expires_in: 3600 } }
        : { status: 400, body: { error: 'unsupported_grant_type' } },
    )
    const clock = testClock()
    const legacy = {
      'rest.auth.type': 'iceberg-legacy',
      token: jwt({ sub: 'alice', exp: clock.now() / 1_000 + 3_600 }),
      credential: 'service:secret',
      'oauth2-server-uri': `${server.url}/token`,
      'token-exchange-enabled': 'false',
    }
    const auth = await open(legacy, clock)
    clock.advance(3_601_000)
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain('log in again')
    expect(server.received).toEqual([])
  })

  it('the cache key of a user session contains the token, so that a new login does not use the old session', async () => {
    const parts = { sessionId: 's1', issuer: 'https://login.example.com' }
    const one = await digestKey({ ...parts, subjectToken: jwt({ sub: 'alice', jti: '1' }) })
    const two = await digestKey({ ...parts, subjectToken: jwt({ sub: 'alice', jti: '2' }) })
    expect(one).not.toBe(two)
  })
})
