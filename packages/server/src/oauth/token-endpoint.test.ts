import { createAuthenticator } from '../identity/authenticator.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  basic,
  form,
  goodRequest as good,
  type Reply,
  secrets,
  testTokenServer,
  type TestTokenServer,
} from '../../test/oauth/token-server.ts'

let server: TestTokenServer
beforeAll(async () => {
  server = await testTokenServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => server.reset())

const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Reply> =>
  server.post(body, headers)

describe('the token endpoint returns a token', () => {
  test('the token endpoint returns a token that is valid, the members that Iceberg clients read, and headers that forbid caching', async () => {
    const { status, headers, body } = await post(form(good))
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'content-type': 'application/json',
    })
    expect(body).toMatchObject({
      token_type: 'bearer',
      expires_in: 900,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'catalog',
    })
    const identity = await createAuthenticator({ bearers: server.sessions }).authenticate({
      authorization: `Bearer ${String(body['access_token'])}`,
    })
    expect(identity).toMatchObject({ principal: { subject: 'etl' }, actors: [] })
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['for the second secret of a client', { ...good, client_secret: secrets.second }, {}],
    ['for a secret without an id', { grant_type: 'client_credentials', client_secret: secrets.first }, {}],
    ['for a secret with an empty id', { ...good, client_id: '' }, {}],
    ['for Basic authentication', { grant_type: 'client_credentials' }, basic('etl', secrets.first)],
    [
      'for Basic authentication with the same client_id in the body',
      { grant_type: 'client_credentials', client_id: 'etl' },
      basic('etl', secrets.first),
    ],
    [
      'for Basic authentication without an id',
      { grant_type: 'client_credentials' },
      basic('', secrets.first),
    ],
    ['for a secret with an expired bearer token in the header', good, { authorization: 'Bearer stale' }],
    ['for the scope of Polaris clients', { ...good, scope: 'PRINCIPAL_ROLE:ALL' }, {}],
    ['for two known scopes', { ...good, scope: 'catalog sign' }, {}],
    ['for unknown parameters', { ...good, audience: 'x', resource: 'https://y' }, {}],
    [
      'for a content type with a charset',
      good,
      { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    ],
  ])('the token endpoint returns a token %s', async (_name, parameters, headers) => {
    expect(await post(form(parameters), headers)).toMatchObject({ status: 200 })
  })

  test('the token endpoint accepts Basic authentication whose id and secret contain any characters, form-encoded as in RFC 6749', async () => {
    const strange = 'a:b %+/ü€'
    await server.addClient('strange', strange)
    expect(await post('grant_type=client_credentials', basic('strange', strange))).toMatchObject({
      status: 200,
    })
  })
})

describe('the attempt limiter of the token endpoint', () => {
  const wrong = form({ ...good, client_secret: 'wrong' })

  test('after several failures the token endpoint answers 429 with Retry-After, and processes attempts again after that time', async () => {
    for (let time = 0; time < 5; time += 1) expect(await post(wrong)).toMatchObject({ status: 401 })
    const turned = await post(wrong)
    expect(turned).toMatchObject({ status: 429, body: { error: 'slow_down' } })
    expect(turned.headers['retry-after']).toBe('60')
    server.setClock(60_001)
    expect(await post(wrong)).toMatchObject({ status: 401 })
  })

  test('the token endpoint accepts a correct secret while other attempts from the same address fail', async () => {
    for (let time = 0; time < 8; time += 1) await post(wrong)
    expect(await post(form(good))).toMatchObject({ status: 200 })
    // Failing attempts from the same address and with the same client id run at the same time.
    const guesses = Array.from({ length: 200 }, () => post(wrong))
    const rights = Array.from({ length: 5 }, () => post(form(good)))
    expect((await Promise.all(rights)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(new Set((await Promise.all(guesses)).map(({ status }) => status))).toEqual(new Set([429]))
  })

  test('the token endpoint returns the same error for an unknown client and a wrong secret, and the audit log contains the cause', async () => {
    const unknown = form({ ...good, client_id: 'nobody' })
    for (let time = 0; time < 5; time += 1) await Promise.all([post(wrong), post(unknown)])
    server.lines.length = 0
    const replies = [await post(wrong), await post(unknown)]
    expect(replies.map(({ status }) => status)).toEqual([429, 429])
    expect(replies[0]?.body).toEqual(replies[1]?.body)
    expect(server.lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { outcome: 'denied', reason: 'too-many-requests: wrong secret', detail: { address: '127.0.0.1' } },
      { outcome: 'denied', reason: 'too-many-requests: unknown client' },
    ])
  })

  test('the attempt limiter counts failures of clients behind a trusted proxy by the address of the client', async () => {
    const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address })
    server.trust({ networks: ['127.0.0.0/8'], header: 'x-forwarded-for' })
    for (let time = 0; time < 5; time += 1) await post(wrong, from(`6.6.6.${time}, 203.0.113.9`))
    expect(await post(wrong, from('203.0.113.9'))).toMatchObject({ status: 429 })
    expect(await post(wrong, from('203.0.113.8'))).toMatchObject({ status: 401 })
  })

  test('the attempt limiter does not delay a client name after failures of another client name', async () => {
    for (let time = 0; time < 6; time += 1) await post(form({ ...good, client_id: 'victim' }))
    expect(await post(form(good))).toMatchObject({ status: 200 })
  })

  test('the attempt limiter does not count malformed token requests as failures', async () => {
    for (let time = 0; time < 10; time += 1) await post(form({ ...good, scope: 'openid' }))
    expect(await post(form(good))).toMatchObject({ status: 200 })
  })
})

test('every token request writes an audit event with its outcome, and no audit event or error contains a secret or token', async () => {
  server.lines.length = 0
  const { body } = await post(form(good), { 'user-agent': 'Spark', 'x-request-id': 'r-1' })
  await post(form({ ...good, client_id: 'off', client_secret: secrets.disabled }))
  await post(form({ ...good, grant_type: `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln` }))
  const events = server.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events).toMatchObject([
    { operation: 'getToken', principal: 'etl', outcome: 'allowed', user_agent: 'Spark', request_id: 'r-1' },
    {
      operation: 'getToken',
      principal: 'unidentified',
      outcome: 'denied',
      reason: 'invalid-client: disabled',
      detail: { client: 'off' },
    },
    { operation: 'getToken', outcome: 'failed', reason: 'unsupported-grant-type' },
  ])
  const token = String(body['access_token'])
  const written = server.lines.join('\n')
  for (const canary of [
    secrets.first,
    secrets.second,
    secrets.disabled,
    token,
    token.split('.')[2] ?? 'x',
    'eyJhbGciOiJFUzI1NiJ9',
  ])
    expect(written).not.toContain(canary)
  for (const response of server.logged.filter((text) => text.includes('error')))
    for (const canary of [secrets.first, secrets.second, secrets.disabled])
      expect(response).not.toContain(canary)
})
