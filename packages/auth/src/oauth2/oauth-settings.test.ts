import { describe, expect, it } from 'vitest'
import type { Properties } from '../properties/auth-properties.ts'
import { create, catchMessage } from '../../test/context.ts'

const P = 'rest.auth.oauth2.'
const at = { 'token-endpoint': 'https://id.example/token', 'client-id': 'c', 'client-secret': 's' }

async function refusal(own: Properties, more: Properties = {}): Promise<string> {
  const properties: Record<string, Properties[string]> = { 'rest.auth.type': 'oauth2', ...more }
  for (const [name, value] of Object.entries(own)) properties[`${P}${name}`] = value
  return await catchMessage(create(properties, { initialize: false }))
}

describe('readOAuthSettings', () => {
  it.each<[Properties, string]>([
    [{}, `${P}client-id: set this property`],
    [{ 'client-id': 'c', 'client-secret': 's' }, `Set ${P}issuer-url, or ${P}token-endpoint`],
    [{ ...at, 'token-endpoint': 'http://id.example/token' }, `${P}token-endpoint must begin with https://`],
    [{ 'client-id': 'c', 'issuer-url': 'http://id.example' }, `${P}issuer-url must begin with https://`],
    [{ ...at, 'token-endpoint': '/token' }, `${P}token-endpoint must be an absolute https URL`],
    [{ ...at, 'grant-type': 'password' }, 'must be one of client_credentials, refresh_token, token-exchange'],
    [
      { ...at, 'grant-type': 'token-exchange' },
      `${P}token-exchange.subject-token: grant-type=token-exchange requires this property`,
    ],
    [
      { ...at, 'grant-type': 'jwt-bearer' },
      `${P}jwt-bearer.assertion: grant-type=jwt-bearer requires this property`,
    ],
    [{ ...at, 'token-exchange.actor-token': 'x' }, 'only grant-type=token-exchange uses this property'],
    [{ ...at, 'token-exchange.subject-token-type': 'x' }, 'set token-exchange.subject-token too'],
    [
      { ...at, 'token-exchange.subject-token': 'x', 'token-exchange.subject-token-file': 'y' },
      'set only one of token-exchange.subject-token, token-exchange.subject-token-file',
    ],
    [
      { ...at, 'token-exchange.subject-token.client-ib': 'x' },
      `Did you mean ${P}token-exchange.subject-token.client-id?`,
    ],
    [
      { ...at, 'token-exchange.subject-token.client-id': 'x' },
      `Set ${P}token-exchange.subject-token.issuer-url`,
    ],
    [{ ...at, 'refresh-token': 'x', 'grant-type': 'client_credentials' }, 'does not use this property'],
    [{ ...at, 'extra-params.grant_type': 'x' }, `${P}extra-params.grant_type: remove this parameter`],
    [{ ...at, 'client-auth': 'none' }, 'client-auth=none does not use this property'],
    [{ ...at, 'client-auth': 'private_key_jwt' }, 'client-auth=private_key_jwt does not use this property'],
    [
      { ...at, 'client-secret': undefined, 'client-auth': 'client_secret_post' },
      'client-auth=client_secret_post requires this property',
    ],
    [{ ...at, 'client-auth': 'client_secret_jwt', 'client-auth.jwt.algorithm': 'HS512' }, 'one of HS256'],
    [{ ...at, timeout: 'soon' }, 'a duration from'],
    [{ credential: 'secret-alone', 'token-endpoint': 'https://id.example' }, 'rest.auth.type=iceberg-legacy'],
    [{ ...at, credential: 'a:b' }, 'set this property or client-secret'],
  ])('readOAuthSettings refuses the properties %j and names the property to change', async (own, message) => {
    expect(await refusal(own)).toContain(message)
  })

  it('readOAuthSettings refuses a private key of an unsupported form', async () => {
    const own = { 'token-endpoint': 'https://id.example/token', 'client-id': 'c' }
    const pem = '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----'
    const properties = { 'rest.auth.type': 'oauth2', [`${P}client-auth.jwt.private-key`]: pem }
    const all = {
      ...properties,
      ...Object.fromEntries(Object.entries(own).map(([name, value]) => [`${P}${name}`, value])),
    }
    expect(await catchMessage(create(all))).toContain('convert it: openssl pkcs8 -topk8 -nocrypt')
  })
})

it('the oauth2 provider returns a configured token unchanged', async () => {
  const auth = await create({ 'rest.auth.type': 'oauth2', [`${P}token`]: 'abc' })
  expect((await auth.token?.())?.value.reveal()).toBe('abc')
})
