import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  basic,
  form,
  goodRequest as good,
  type Reply,
  secrets,
  testTokenServer,
  type TestTokenServer,
} from './token-server.ts'
import { jwtAssertion } from '../../src/oauth/token-types.ts'

let server: TestTokenServer
beforeAll(async () => {
  server = await testTokenServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => server.reset())

const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Reply> =>
  server.post(body, headers)

describe('the token endpoint refuses', () => {
  const json = { 'content-type': 'application/json' }
  test.each<[string, string, Record<string, string>, number, string, RegExp]>([
    [
      'a wrong secret',
      form({ ...good, client_secret: 'wrong' }),
      {},
      401,
      'invalid_client',
      /do not belong to an enabled client/,
    ],
    [
      'an unknown client',
      form({ ...good, client_id: 'nobody' }),
      {},
      401,
      'invalid_client',
      /do not belong to an enabled client/,
    ],
    [
      'a wrong secret without an id',
      form({ grant_type: 'client_credentials', client_secret: 'wrong' }),
      {},
      401,
      'invalid_client',
      /do not belong/,
    ],
    [
      'a disabled client',
      form({ ...good, client_id: 'off', client_secret: secrets.disabled }),
      {},
      401,
      'invalid_client',
      /do not belong to an enabled/,
    ],
    [
      'the secret of another client',
      form({ ...good, client_id: 'off' }),
      {},
      401,
      'invalid_client',
      /do not belong/,
    ],
    ['no client', form({ grant_type: 'client_credentials' }), {}, 401, 'invalid_client', /must authenticate/],
    [
      'an id without a secret',
      form({ grant_type: 'client_credentials', client_id: 'etl' }),
      {},
      401,
      'invalid_client',
      /must authenticate/,
    ],
    [
      'a bearer token instead',
      form({ grant_type: 'client_credentials' }),
      { authorization: 'Bearer x' },
      401,
      'invalid_client',
      /must authenticate/,
    ],
    [
      'a wrong Basic secret',
      form({ grant_type: 'client_credentials' }),
      basic('etl', 'wrong'),
      401,
      'invalid_client',
      /do not belong/,
    ],
    [
      'two ways of authentication in one request',
      form(good),
      basic('etl', secrets.first),
      400,
      'invalid_request',
      /two client authentications/,
    ],
    [
      'two different ids',
      form({ grant_type: 'client_credentials', client_id: 'x' }),
      basic('etl', secrets.first),
      400,
      'invalid_request',
      /client_id/,
    ],
    [
      'Basic that is not base64',
      form({ grant_type: 'client_credentials' }),
      { authorization: 'Basic §§' },
      400,
      'invalid_request',
      /Basic/,
    ],
    [
      'Basic without a colon',
      form({ grant_type: 'client_credentials' }),
      { authorization: 'Basic YWJj' },
      400,
      'invalid_request',
      /Basic/,
    ],
    ['another scheme', form(good), { authorization: 'Digest x' }, 400, 'invalid_request', /Basic/],
    ['a NUL in an id', form({ ...good, client_id: 'etl\0' }), {}, 400, 'invalid_request', /NUL/],
    [
      'a NUL in a Basic id',
      form({ grant_type: 'client_credentials' }),
      basic('etl\0', secrets.first),
      400,
      'invalid_request',
      /Basic/,
    ],
    [
      'an overlong id with an assertion',
      form({
        grant_type: 'client_credentials',
        client_id: 'x'.repeat(513),
        client_assertion: 'x',
        client_assertion_type: jwtAssertion,
      }),
      {},
      400,
      'invalid_request',
      /512 characters/,
    ],
    [
      'no grant type',
      form({ client_id: 'etl', client_secret: secrets.first }),
      {},
      400,
      'invalid_request',
      /grant_type/,
    ],
    [
      'the password grant',
      form({ ...good, grant_type: 'password' }),
      {},
      400,
      'unsupported_grant_type',
      /client_credentials/,
    ],
    [
      'the authorization_code grant',
      form({ ...good, grant_type: 'authorization_code' }),
      {},
      400,
      'unsupported_grant_type',
      /client_credentials or urn:ietf/,
    ],
    [
      'a grant with the name of an object method',
      form({ ...good, grant_type: '__proto__' }),
      {},
      400,
      'unsupported_grant_type',
      /client_credentials/,
    ],
    [
      'a scope that narrows',
      form({ ...good, scope: 'PRINCIPAL_ROLE:reader' }),
      {},
      400,
      'invalid_scope',
      /catalog/,
    ],
    ['an unknown scope', form({ ...good, scope: 'openid' }), {}, 400, 'invalid_scope', /catalog/],
    ['JSON', JSON.stringify(good), json, 400, 'invalid_request', /form-urlencoded/],
    ['an empty body', '', {}, 400, 'invalid_request', /grant_type/],
    ['a parameter twice', `${form(good)}&scope=catalog`, {}, 400, 'invalid_request', /scope is sent twice/],
    ['a parameter twice, once escaped', `${form(good)}&%73cope=`, {}, 400, 'invalid_request', /twice/],
    ['a broken escape', `${form(good)}&x=%zz`, {}, 400, 'invalid_request', /percent-escape/],
    ['an escape that is not UTF-8', `${form(good)}&x=%ff`, {}, 400, 'invalid_request', /UTF-8/],
    [
      'too many parameters',
      Array.from({ length: 99 }, (_, index) => `p${index}=1`).join('&'),
      {},
      400,
      'invalid_request',
      /more than 50/,
    ],
    [
      'too long a secret',
      form({ ...good, client_secret: 'x'.repeat(600) }),
      {},
      400,
      'invalid_request',
      /512/,
    ],
    ['too long a body', 'x'.repeat(70_000), {}, 413, 'invalid_request', /limit of 65536 bytes\.$/],
  ])('the token endpoint refuses %s', async (_name, body, headers, status, error, description) => {
    const reply = await post(body, headers)
    expect(reply).toMatchObject({
      status,
      body: { error, error_description: expect.stringMatching(description) as string },
    })
    expect(Object.keys(reply.body)).toEqual(['error', 'error_description'])
    expect(reply.headers['cache-control']).toBe('no-store')
    expect(reply.headers['www-authenticate'] !== undefined).toBe(status === 401)
    expect(String(reply.body['error_description'])).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
  })

  test('the token endpoint refuses an unknown client, a wrong secret and a disabled client with the same text', async () => {
    const bodies = [
      { client_id: 'nobody' },
      { client_secret: 'wrong' },
      { client_id: 'off', client_secret: secrets.disabled },
    ]
    const replies = await Promise.all(bodies.map((wrong) => post(form({ ...good, ...wrong }))))
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  })

  test('the token endpoint refuses a body that is not UTF-8', async () => {
    expect(await post(Buffer.from([0x61, 0x3d, 0xff]))).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  test('the token endpoint answers 500 without the cause when the database fails', async () => {
    server.breakStore()
    expect(await post(form(good))).toEqual(
      expect.objectContaining({
        status: 500,
        body: {
          error: 'server_error',
          error_description:
            'The server failed to process the request. Ask the operator of the server to check its log.',
        },
      }),
    )
  })
})
