import { describe, expect, it, onTestFinished } from 'vitest'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import type { ReadyProvider } from '../auth-provider.ts'
import type { Properties } from '../properties/auth-properties.ts'
import { aRequest, create, headerAfter, catchMessage, testClock } from '../../test/context.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS = 'urn:ietf:params:oauth:token-type:access_token'
const clock = testClock()

function jwt(sub: string, jti: number): string {
  return `e30.${btoa(JSON.stringify({ sub, jti, exp: clock.now() / 1_000 + 3_600 })).replaceAll('=', '')}.c2ln`
}

/** Starts a catalog that issues tokens for the subject of the request. */
async function startCatalog(
  options: { exchanges?: boolean; service?: string } = {},
): Promise<HttpTestServer> {
  let count = 0
  const server = await startHttpServer((request, response) => {
    const form = new URLSearchParams(request.body.toString())
    const exchange = form.get('grant_type') === EXCHANGE
    response.setHeader('content-type', 'application/json')
    if (exchange && options.exchanges === false) {
      response.writeHead(401).end('{"error":"invalid_client"}')
      return
    }
    const payload = (form.get('subject_token') ?? '').split('.')[1]
    const claims: { sub?: string } = payload === undefined ? {} : JSON.parse(atob(payload))
    const access_token = jwt(claims.sub ?? options.service ?? 'service', ++count)
    const issued = exchange ? { issued_token_type: ACCESS } : {}
    response.end(JSON.stringify({ access_token, token_type: 'bearer', expires_in: 3600, ...issued }))
  })
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return server
}

async function open(server: HttpTestServer, own: Properties, parent?: ReadyProvider): Promise<ReadyProvider> {
  const uri = `${server.url}/catalog/`
  const properties = { 'rest.auth.type': 'iceberg-legacy', 'oauth2-server-uri': 'v1/oauth/tokens', ...own }
  return await create(properties, { uri, ...clock, ...(parent === undefined ? {} : { parent }) })
}

/** Returns the last request, with the fields that Iceberg's `OAuth2Util` sends. */
function lastRequest(server: HttpTestServer): {
  path: string | undefined
  authorization: string | undefined
  form: object
} {
  const request = server.received.at(-1)
  const form = new URLSearchParams(request?.body.toString())
  return {
    path: request?.target,
    authorization: request?.headers.authorization,
    form: Object.fromEntries(form),
  }
}

describe('the iceberg-legacy provider sends the requests of Iceberg for Java', () => {
  it('the iceberg-legacy provider sends id and secret in the form', async () => {
    const server = await startCatalog()
    await open(server, { credential: 'id:se:cret', audience: 'a', resource: 'r' })
    expect(lastRequest(server)).toEqual({
      path: '/catalog/v1/oauth/tokens',
      authorization: undefined,
      form: {
        grant_type: 'client_credentials',
        client_id: 'id',
        client_secret: 'se:cret',
        scope: 'catalog',
        audience: 'a',
        resource: 'r',
      },
    })
  })

  it('the iceberg-legacy provider sends a secret without an id', async () => {
    const server = await startCatalog()
    await open(server, { credential: 'secret', scope: 'PRINCIPAL_ROLE:ALL' })
    expect(lastRequest(server).form).toEqual({
      grant_type: 'client_credentials',
      client_secret: 'secret',
      scope: 'PRINCIPAL_ROLE:ALL',
    })
  })

  it('the iceberg-legacy provider renews a token by an exchange that the token authenticates, or with the client credential if the token has expired', async () => {
    const server = await startCatalog()
    const auth = await open(server, { credential: 'id:secret' })
    const token = (await auth.token?.())?.value.reveal() ?? ''
    clock.advance(3_500_000)
    await headerAfter(auth, 'authorization')
    const form = { grant_type: EXCHANGE, subject_token: token, subject_token_type: ACCESS, scope: 'catalog' }
    // The renewal runs in the background, so the test waits for its response.
    await expect.poll(async () => (await auth.token?.())?.value.reveal()).not.toBe(token)
    expect(lastRequest(server)).toMatchObject({ authorization: `Bearer ${token}`, form })
    clock.advance(7_200_000)
    await headerAfter(auth, 'authorization')
    expect(lastRequest(server)).toMatchObject({
      authorization: `Basic ${btoa('id:secret')}`,
      form: { grant_type: EXCHANGE },
    })
  })

  it('the iceberg-legacy provider exchanges the token of a user with the token of the service as actor', async () => {
    const server = await startCatalog()
    const parent = await open(server, { credential: 'id:secret' })
    const service = (await parent.token?.())?.value.reveal()
    const user = jwt('alice', 0)
    const auth = await open(server, { 'rest.auth.iceberg-legacy.subject-token': user }, parent)
    expect(lastRequest(server)).toMatchObject({
      authorization: `Bearer ${service}`,
      form: {
        grant_type: EXCHANGE,
        subject_token: user,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        actor_token: service,
        actor_token_type: ACCESS,
        scope: 'catalog',
      },
    })
    expect((await auth.token?.())?.provenance?.who).toEqual({ subject: 'alice' })
  })
})

describe('a session of iceberg-legacy', () => {
  it('a session of iceberg-legacy does not change to the identity of the service when an exchange is refused or disabled', async () => {
    for (const [exchanges, enabled] of [
      [false, 'true'],
      [true, 'false'],
    ] as const) {
      const server = await startCatalog({ exchanges })
      const auth = await open(server, {
        token: jwt('alice', 0),
        credential: 'id:secret',
        'token-exchange-enabled': enabled,
      })
      clock.advance(3_601_000)
      expect(await catchMessage(auth.authenticate(aRequest()))).toMatch(/invalid_client|log in again/)
      const grants = server.received.map(({ body }) => new URLSearchParams(body.toString()).get('grant_type'))
      expect(grants).not.toContain('client_credentials')
    }
  })

  it('a session of iceberg-legacy ends when its token expires, if no credential is configured', async () => {
    const server = await startCatalog()
    const auth = await open(server, { token: jwt('alice', 0) })
    clock.advance(3_601_000)
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain('log in again')
    expect(server.received).toHaveLength(0)
  })

  it('a session of iceberg-legacy requests tokens with the credential after the issuer refused an exchange, and tries no second exchange', async () => {
    const server = await startCatalog({ exchanges: false })
    const auth = await open(server, { credential: 'id:secret' })
    for (let renewal = 0; renewal < 2; renewal++) {
      clock.advance(3_601_000)
      await headerAfter(auth, 'authorization')
    }
    const grants = server.received.map(({ body }) => new URLSearchParams(body.toString()).get('grant_type'))
    expect(grants).toEqual(['client_credentials', EXCHANGE, 'client_credentials', 'client_credentials'])
  })
})

it('a credential without a type selects iceberg-legacy, which warns that its default endpoint is deprecated', async () => {
  const server = await startCatalog()
  const warnings: string[] = []
  const warn = (message: string): void => void warnings.push(message)
  await create({ credential: 'id:secret' }, { uri: server.url, warn, ...clock })
  expect(lastRequest(server).path).toBe('/v1/oauth/tokens')
  expect(warnings.join()).toContain('set oauth2-server-uri')
})

it('the iceberg-legacy provider recommends oauth2 when the issuer requires client authentication', async () => {
  const server = await startHttpServer((_, response) => {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}')
  })
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  expect(await catchMessage(open(server, { credential: 'id:secret' }))).toContain(
    'need rest.auth.type=oauth2',
  )
})

it('the iceberg-legacy provider refuses a configuration without a credential, and a user session without a parent session', async () => {
  const server = await startCatalog()
  expect(await catchMessage(open(server, {}))).toContain(
    'Set at least one of rest.auth.iceberg-legacy.credential',
  )
  const own = { 'rest.auth.iceberg-legacy.subject-token': 'x' }
  expect(await catchMessage(open(server, own))).toContain('needs a parent session')
})
