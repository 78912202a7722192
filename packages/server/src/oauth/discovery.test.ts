import { request } from 'node:http'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { objectAt } from '../../test/iceberg/tables.ts'
import { type TestServer, testServer } from '../../test/server.ts'

const issuer = 'http://headgate.test'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** Requests a discovery document with a Host header that differs from the configured public URL. */
async function get(path: string, host = 'evil.example'): Promise<Record<string, unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  request(server.url + path, { headers: { host, 'x-forwarded-host': host, forwarded: `host=${host}` } })
    .on('response', (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve(text))
    })
    .on('error', reject)
    .end()
  return JSON.parse(await promise) as Record<string, unknown>
}

describe('discovery', () => {
  test('the OpenID configuration contains the configured public URL as the issuer', async () => {
    expect(await get('/.well-known/openid-configuration')).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    })
  })

  test('the authorization server metadata (RFC 8414) describes the token endpoint', async () => {
    expect(await get('/.well-known/oauth-authorization-server')).toMatchObject({
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      grant_types_supported: [
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    })
  })

  test('the resource metadata, whose URL every 401 response contains, lists the accepted issuers', async () => {
    const path = '/.well-known/oauth-protected-resource'
    expect(await get(path)).toMatchObject({
      resource: issuer,
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
      rest_auth: {
        version: 1,
        schemes: [
          { name: 'OAuth2', type: 'oauth2', parameters: { 'issuer-url': issuer, scope: 'catalog' } },
          { name: 'BearerAuth', type: 'bearer' },
          { name: 'SigV4', type: 'sigv4', parameters: { service: 'execute-api' } },
        ],
      },
    })
    const refused = await server.send('GET', '/v1/config', undefined, { authorization: 'Bearer x.y.z' })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(
      `Bearer realm="headgate", resource_metadata="${issuer}${path}", error="invalid_token", error_description="The access token`,
    )
  })

  test('the JWKS document contains the public keys that verify tokens, and no private key', async () => {
    const { keys } = (await get('/.well-known/jwks.json')) as unknown as JSONWebKeySet
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ])
    const { token } = await server.caller('somebody')
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), { issuer })
    expect(payload['name']).toBe('somebody')
  })

  test('the JWKS document contains a new key before the server signs tokens with the key', async () => {
    const added = await server.send('POST', '/management/v1/keys', { purpose: 'session-token' })
    expect(added.status).toBe(201)
    const { id } = objectAt(added.json)
    await expect
      .poll(async () => {
        const { keys } = (await get('/.well-known/jwks.json')) as unknown as JSONWebKeySet
        return keys.map(({ kid }) => kid)
      })
      .toContain(id)
  })
})

describe('discovery for a public URL with a path', () => {
  const publicUrl = 'https://data.example/lake/catalog'

  test('with a path in the public URL, the server serves discovery documents below the URL and at the paths of RFC 8414 and RFC 9728', async () => {
    await using behind = await testServer({ publicUrl })
    const json = async (path: string): Promise<unknown> => (await behind.send('GET', path)).json
    for (const name of ['oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration']) {
      // The proxy removes the path of the public URL from requests, and also forwards requests for
      // `/.well-known/` of the host.
      const [below, between] = [`/.well-known/${name}`, `/.well-known/${name}/lake/catalog`]
      expect(await json(between)).toEqual(await json(below))
      expect((await behind.send('GET', `${between}/more`)).status).toBe(404)
    }
    expect(await json('/.well-known/oauth-authorization-server/lake/catalog')).toMatchObject({
      issuer: publicUrl,
      token_endpoint: `${publicUrl}/oauth/token`,
      jwks_uri: `${publicUrl}/.well-known/jwks.json`,
    })
  })

  test('a 401 response contains the URL that RFC 9728 defines for the resource metadata', async () => {
    await using behind = await testServer({ publicUrl, anonymous: false })
    const refused = await behind.send('GET', '/v1/config')
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="headgate", resource_metadata="https://data.example/.well-known/oauth-protected-resource/lake/catalog"',
    )
  })
})
