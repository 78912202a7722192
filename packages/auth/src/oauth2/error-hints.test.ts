import { describe, expect, it } from 'vitest'
import { startHttpServer } from '@headgate/testkit'
import type { Properties } from '../properties/auth-properties.ts'
import { create, catchMessage } from '../../test/context.ts'

type Row = [refusal: string, own: Properties, status: number, body: object, expected: string[]]

const P = 'rest.auth.oauth2.'
const exchange = { [`${P}token-exchange.subject-token`]: 'e30.e30.e30' }
const assertion = {
  [`${P}profile`]: 'entra',
  [`${P}jwt-bearer.assertion`]: 'e30.e30.e30',
  scope: 'api://x/.default',
}

describe('the error of a refused token request', () => {
  it.each<Row>([
    [
      'an exchange at Entra',
      exchange,
      400,
      { error: 'unsupported_grant_type', error_description: 'AADSTS70003: no' },
      ['AADSTS70003: no', 'grant-type=jwt-bearer'],
    ],
    [
      'a missing consent at Entra',
      assertion,
      400,
      { error: 'invalid_grant', error_description: 'AADSTS65001: x' },
      ['let an administrator grant'],
    ],
    [
      'an assertion for another application at Entra',
      assertion,
      400,
      { error: 'invalid_grant', error_description: 'AADSTS50013: x' },
      ['its audience must be the client id'],
    ],
    [
      'an assertion of an unknown user at Keycloak',
      { [`${P}jwt-bearer.assertion`]: 'e30.e30.e30' },
      400,
      { error: 'invalid_grant', error_description: 'User not found' },
      ['User not found', 'link the user to the identity provider'],
    ],
    [
      'a client of Keycloak that may not present assertions',
      { [`${P}jwt-bearer.assertion`]: 'e30.e30.e30' },
      400,
      {
        error: 'unauthorized_client',
        error_description: 'JWT Authorization Grant is not supported for the requested client',
      },
      ['Switch on JWT Authorization Grant'],
    ],
    [
      'the id of a secret at Entra',
      {},
      401,
      { error: 'invalid_client', error_description: 'AADSTS7000215: x' },
      ['not the id that Entra shows'],
    ],
    [
      'an unavailable audience at Keycloak',
      exchange,
      400,
      { error: 'invalid_request', error_description: 'Requested audience not available: lake' },
      ['Requested audience not available: lake', 'audience mapper'],
    ],
    [
      'a client of Keycloak that may not exchange tokens',
      exchange,
      400,
      {
        error: 'invalid_request',
        error_description: 'Standard token exchange is not enabled for the requested client',
      },
      ['Switch on Standard token exchange'],
    ],
    [
      'a client of Keycloak that is not in the audience',
      exchange,
      403,
      { error: 'access_denied', error_description: 'Client is not within the token audience' },
      ['audience mapper for this client'],
    ],
    [
      'a secret in the form at an issuer that requires HTTP Basic',
      { [`${P}client-auth`]: 'client_secret_post' },
      400,
      { error: 'invalid_client' },
      ['client-auth=client_secret_basic'],
    ],
    [
      'HTTP Basic at an issuer that requires the form',
      {},
      401,
      { error: 'invalid_client' },
      ['client-auth=client_secret_post'],
    ],
    [
      'a wrong secret at Keycloak',
      {},
      401,
      { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
      ['Check the id and the secret of the client'],
    ],
    [
      'an access policy of Okta',
      exchange,
      400,
      { error: 'access_denied', error_description: 'Policy evaluation failed for this request' },
      ['access policy'],
    ],
    [
      'the scope catalog, which only Iceberg catalogs know, at another issuer',
      { scope: 'catalog' },
      400,
      { error: 'invalid_scope' },
      ['The scope catalog exists only in the token dialect of Iceberg'],
    ],
    ['an address without a token endpoint', {}, 404, {}, ['status 404', `set ${P}issuer-url`]],
    ['an invalid target', exchange, 400, { error: 'invalid_target' }, [`check ${P}audience`]],
    ['a redirect', {}, 302, {}, ['Token endpoints do not redirect']],
    [
      'an error in the form of Iceberg',
      {},
      400,
      { error: { type: 'BadRequestException', message: 'no', code: 400 } },
      ['BadRequestException (no)'],
    ],
  ])(
    'the error of a refused token request contains the response and a hint for %s',
    async (_, own, status, body, expected) => {
      await using server = await startHttpServer((_, response) => {
        response.writeHead(status, {
          'content-type': 'application/json',
          'www-authenticate': 'Basic realm="x"',
        })
        response.end(JSON.stringify(body))
      })
      const message = await catchMessage(
        create({
          'rest.auth.type': 'oauth2',
          [`${P}token-endpoint`]: `${server.url}/token`,
          [`${P}client-id`]: 'c',
          [`${P}client-secret`]: 's',
          ...own,
        }),
      )
      for (const part of expected) expect(message).toContain(part)
    },
  )

  it.each([501, 404])(
    'the error of a refused token request names the property to set for status %i of a catalog that issues no tokens',
    async (status) => {
      await using server = await startHttpServer((_, response) => void response.writeHead(status).end())
      const own = { 'rest.auth.type': 'oauth2', [`${P}token-endpoint`]: 'v1/oauth/tokens', credential: 'a:b' }
      const message = await catchMessage(create(own, { uri: `${server.url}/catalog` }))
      expect(server.received[0]?.target).toBe('/catalog/v1/oauth/tokens')
      expect(message).toContain('set oauth2-server-uri to the token endpoint of your identity provider')
    },
  )

  it('the error of a refused token request has one line, and no token that the issuer repeats in its response', async () => {
    await using server = await startHttpServer((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      const error_description = `bad\r\ntoken eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl ${'x'.repeat(999)}`
      response.end(JSON.stringify({ error: 'invalid_grant', error_description }))
    })
    const properties = { 'rest.auth.type': 'oauth2', [`${P}token-endpoint`]: server.url, credential: 'a:b' }
    const message = await catchMessage(create(properties))
    expect(message).toContain('bad token [redacted] xxx')
    expect(message).not.toMatch(/eyJ|\n/)
    expect(message.length).toBeLessThan(600)
  })

  it.each([
    ['client_secret_basic', {}],
    ['client_secret_post', { scope: 'catalog' }],
    [
      'client_secret_basic',
      { 'grant-type': 'refresh_token', 'refresh-token': 'what+renews "me"', scope: 'catalog' },
    ],
  ])(
    'the error of a refused token request contains no secret that the issuer repeats in its response (%s, %j)',
    async (clientAuth, own) => {
      await using server = await startHttpServer((request, response) => {
        const { authorization = '' } = request.headers
        const basic = authorization.slice('Basic '.length)
        const sent = server.received[0]?.body.toString() ?? ''
        const values = [...new URLSearchParams(sent).values()].join(' ')
        const error_description = `${basic} ${atob(basic)} ${decodeURIComponent(atob(basic))} ${sent} ${values}`
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: 'invalid_client', error_description }))
      })
      const properties = {
        'rest.auth.type': 'oauth2',
        [`${P}token-endpoint`]: server.url,
        [`${P}client-id`]: 'ann',
        [`${P}client-secret`]: 'what:proves/ann',
        [`${P}client-auth`]: clientAuth,
        ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`${P}${name}`, value])),
      }
      const message = await catchMessage(create(properties))
      expect(message).toContain('[redacted]')
      expect(message).not.toMatch(/proves|renews|YW5uOn/)
    },
  )
})
