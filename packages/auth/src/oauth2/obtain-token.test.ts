import { expect, it } from 'vitest'
import { isAuthError } from '../auth-error.ts'
import { messageOf } from '../../test/context.ts'
import { checkTokenProperties, obtainToken } from './obtain-token.ts'
import { testIssuer, type TestIssuer } from '../../test/issuer.ts'

const secret = 'a-secret: with/odd+characters, 32 long'

/** A token of the issuer, to be exchanged. */
async function ownToken({ url, fetch }: TestIssuer): Promise<string> {
  const { value } = await obtainToken(
    {
      'token-endpoint': `${url}/token`,
      'client-id': 'basic',
      'client-secret': secret,
      'grant-type': 'client_credentials',
    },
    { fetch },
  )
  return value.reveal()
}

it('exchanges a token, with each way for the client to prove itself, and keeps nothing', async () => {
  await using issuer = await testIssuer({ seconds: 60 })
  const { url, fetch, calls } = issuer
  const given = await ownToken(issuer)
  const exchange = {
    'token-endpoint': `${url}/token`,
    'token-exchange.subject-token': given,
    audience: 'lake',
  }
  const proofs = {
    client_secret_basic: { 'client-id': 'basic', 'client-secret': secret },
    client_secret_post: {
      'client-id': 'post',
      'client-secret': secret,
      'client-auth': 'client_secret_post',
    },
    private_key_jwt: { 'client-id': 'signing', 'client-auth.jwt.private-key': issuer.clientKey },
  }
  for (const [method, proof] of Object.entries(proofs)) {
    const { value, expiresAt = 0, type } = await obtainToken({ ...exchange, ...proof }, { fetch })
    expect(value.reveal().split('.'), method).toHaveLength(3)
    expect(expiresAt - Date.now()).toBeLessThan(61_000)
    expect(type).toBe('urn:ietf:params:oauth:token-type:access_token')
  }
  expect(calls.slice(1).map(({ form }) => form.get('subject_token'))).toEqual([given, given, given])
  expect(calls.at(-1)?.form.get('client_assertion_type')).toMatch(/jwt-bearer$/)
})

it('tells what the issuer called its refusal', async () => {
  await using issuer = await testIssuer()
  const { url, fetch } = issuer
  const exchange = {
    'token-endpoint': `${url}/token`,
    'client-id': 'basic',
    'token-exchange.subject-token': 'abc',
    audience: 'lake',
  }
  const refusal = async (clientSecret: string): Promise<unknown> => {
    try {
      return await obtainToken({ ...exchange, 'client-secret': clientSecret }, { fetch })
    } catch (error) {
      return isAuthError(error, 'refused') ? error.error : error
    }
  }
  expect(await refusal(secret)).toBe('invalid_grant')
  expect(await refusal('wrong')).toBe('invalid_client')
})

it('presents what an exchange gave to another server: identity chaining', async () => {
  await using home = await testIssuer()
  const given = await ownToken(home)
  const { value } = await obtainToken(
    {
      'grant-type': 'jwt-bearer',
      'token-endpoint': `${home.url}/token`,
      'client-id': 'post',
      'client-secret': secret,
      'client-auth': 'client_secret_post',
      'jwt-bearer.assertion.grant-type': 'token-exchange',
      'jwt-bearer.assertion.token-endpoint': `${home.url}/token`,
      'jwt-bearer.assertion.client-id': 'basic',
      'jwt-bearer.assertion.client-secret': secret,
      'jwt-bearer.assertion.audience': 'https://other.example',
      'jwt-bearer.assertion.token-exchange.subject-token': given,
      'jwt-bearer.assertion.token-exchange.requested-token-type': 'urn:ietf:params:oauth:token-type:jwt',
    },
    { fetch: home.fetch },
  )
  const [, step, last] = home.calls.map(({ form }) => form)
  expect(step?.get('requested_token_type')).toBe('urn:ietf:params:oauth:token-type:jwt')
  expect(last?.get('assertion')).not.toBe(given)
  expect(last?.get('assertion')?.split('.')).toHaveLength(3)
  expect(value.reveal()).not.toBe(last?.get('assertion'))
})

it('ends when its caller does', async () => {
  const signal = AbortSignal.timeout(20)
  const properties = {
    'token-endpoint': 'http://127.0.0.1:1/token',
    'client-id': 'a',
    'client-secret': 'b',
  }
  const never = (): Promise<Response> => new Promise(() => {})
  await expect(obtainToken(properties, { fetch: never, signal })).rejects.toThrow(/timeout/i)
})

it('finds contradictions before anybody is asked, by names of the caller', async () => {
  const check = (properties: Record<string, string>): Promise<string> =>
    messageOf(Promise.try(() => checkTokenProperties(properties, 'leg.')))
  const client = { 'client-id': 'a', 'client-secret': 'b', 'token-endpoint': 'https://id.example/token' }
  expect(await check(client)).toBe('no error')
  expect(await check({ ...client, 'client-auth': 'private_key_jwt' })).toContain('leg.client-')
  expect(await check({ ...client, profile: 'okta', 'token-exchange.subject-token': 'x' })).toContain(
    'leg.audience',
  )
  expect(
    await check({
      ...client,
      'grant-type': 'jwt-bearer',
      'jwt-bearer.assertion.client-id': 'x',
      'jwt-bearer.assertion.client-auth': 'client_secret_post',
    }),
  ).toContain('leg.jwt-bearer.assertion.client-secret')
  expect(
    await messageOf(obtainToken({ ...client, 'token-exchange.subject-token-auth-type': 'bearer' })),
  ).toContain('there is no other provider here')
})
