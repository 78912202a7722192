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
} from './test-token-server.ts'

let server: TestTokenServer
beforeAll(async () => {
  server = await testTokenServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => server.reset())

const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Reply> =>
  server.post(body, headers)

describe('a token is given', () => {
  test('with all that Iceberg clients read, not to be cached, and it authenticates', async () => {
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
    const identity = await createAuthenticator({ sessions: server.sessions }).authenticate({
      authorization: `Bearer ${String(body['access_token'])}`,
    })
    expect(identity).toMatchObject({ principal: { subject: 'etl' }, actors: [] })
  })

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['by the secrets.second secret', { ...good, client_secret: secrets.second }, {}],
    ['by a secrets.first alone', { grant_type: 'client_credentials', client_secret: secrets.first }, {}],
    ['by a secrets.first with an empty id', { ...good, client_id: '' }, {}],
    ['by Basic', { grant_type: 'client_credentials' }, basic('etl', secrets.first)],
    [
      'by Basic with the same client_id in the body',
      { grant_type: 'client_credentials', client_id: 'etl' },
      basic('etl', secrets.first),
    ],
    ['by Basic without an id', { grant_type: 'client_credentials' }, basic('', secrets.first)],
    ['with a stale bearer token beside it', good, { authorization: 'Bearer stale' }],
    ['with the scope of Polaris clients', { ...good, scope: 'PRINCIPAL_ROLE:ALL' }, {}],
    ['with two known scopes', { ...good, scope: 'catalog sign' }, {}],
    ['with parameters nobody knows', { ...good, audience: 'x', resource: 'https://y' }, {}],
    ['with a charset', good, { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }],
  ])('%s', async (_name, parameters, headers) => {
    expect(await post(form(parameters), headers)).toMatchObject({ status: 200 })
  })

  test('for any characters of id and secrets.first in Basic, form-encoded as RFC 6749 wants', async () => {
    const strange = 'a:b %+/ü€'
    await server.addClient('strange', strange)
    expect(await post('grant_type=client_credentials', basic('strange', strange))).toMatchObject({
      status: 200,
    })
  })
})

describe('guessing', () => {
  const wrong = form({ ...good, client_secret: 'wrong' })

  test('is turned away after some failures, for a time that is told, then answered like the first', async () => {
    for (let time = 0; time < 5; time += 1) expect(await post(wrong)).toMatchObject({ status: 401 })
    const turned = await post(wrong)
    expect(turned).toMatchObject({ status: 429, body: { error: 'slow_down' } })
    expect(turned.headers['retry-after']).toBe('60')
    server.setClock(60_001)
    expect(await post(wrong)).toMatchObject({ status: 401 })
  })

  test('locks out nobody who has the right secret, here before or not', async () => {
    for (let time = 0; time < 8; time += 1) await post(wrong)
    expect(await post(form(good))).toMatchObject({ status: 200 })
    // While somebody goes on, from the same address and as the same client.
    const guesses = Array.from({ length: 200 }, () => post(wrong))
    const rights = Array.from({ length: 5 }, () => post(form(good)))
    expect((await Promise.all(rights)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(new Set((await Promise.all(guesses)).map(({ status }) => status))).toEqual(new Set([429]))
  })

  test('says the same, in the audit too, of an unknown client and of a wrong secret', async () => {
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

  test('behind a trusted proxy is counted for each of its clients', async () => {
    const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address })
    server.trust({ networks: ['127.0.0.0/8'], header: 'x-forwarded-for' })
    for (let time = 0; time < 5; time += 1) await post(wrong, from(`6.6.6.${time}, 203.0.113.9`))
    expect(await post(wrong, from('203.0.113.9'))).toMatchObject({ status: 429 })
    expect(await post(wrong, from('203.0.113.8'))).toMatchObject({ status: 401 })
  })

  test('under one name does not lock out another', async () => {
    for (let time = 0; time < 6; time += 1) await post(form({ ...good, client_id: 'victim' }))
    expect(await post(form(good))).toMatchObject({ status: 200 })
  })

  test('does not count what was no guess', async () => {
    for (let time = 0; time < 10; time += 1) await post(form({ ...good, scope: 'openid' }))
    expect(await post(form(good))).toMatchObject({ status: 200 })
  })
})

test('every request is recorded with its reason, and no secrets.first or token is in any record or error', async () => {
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
  for (const answer of server.told.filter((text) => text.includes('error')))
    for (const canary of [secrets.first, secrets.second, secrets.disabled])
      expect(answer).not.toContain(canary)
})
