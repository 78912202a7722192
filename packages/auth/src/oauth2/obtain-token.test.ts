import { expect, it } from 'vitest'
import { isAuthError } from '../auth-error.ts'
import { catchMessage } from '../../test/context.ts'
import { checkTokenProperties, obtainToken } from './obtain-token.ts'
import { testIssuer, type TestIssuer } from '../../test/issuer.ts'

const secret = 'a-secret: with/odd+characters, 32 long'

/** Obtains a token of the issuer. */
async function obtainSubjectToken({ url, fetch }: TestIssuer): Promise<string> {
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

it('obtainToken exchanges a token with each method of client authentication, and caches nothing', async () => {
  await using issuer = await testIssuer({ seconds: 60 })
  const { url, fetch, calls } = issuer
  const subjectToken = await obtainSubjectToken(issuer)
  const exchange = {
    'token-endpoint': `${url}/token`,
    'token-exchange.subject-token': subjectToken,
    audience: 'lake',
  }
  const clients = {
    client_secret_basic: { 'client-id': 'basic', 'client-secret': secret },
    client_secret_post: {
      'client-id': 'post',
      'client-secret': secret,
      'client-auth': 'client_secret_post',
    },
    private_key_jwt: { 'client-id': 'signing', 'client-auth.jwt.private-key': issuer.clientKey },
  }
  for (const [method, client] of Object.entries(clients)) {
    const { value, expiresAt = 0, type } = await obtainToken({ ...exchange, ...client }, { fetch })
    expect(value.reveal().split('.'), method).toHaveLength(3)
    expect(expiresAt - Date.now()).toBeLessThan(61_000)
    expect(type).toBe('urn:ietf:params:oauth:token-type:access_token')
  }
  expect(calls.slice(1).map(({ form }) => form.get('subject_token'))).toEqual([
    subjectToken,
    subjectToken,
    subjectToken,
  ])
  expect(calls.at(-1)?.form.get('client_assertion_type')).toMatch(/jwt-bearer$/)
})

it('the error of a refused token request contains the error of the issuer', async () => {
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

it('obtainToken presents an exchanged token to another server (identity chaining)', async () => {
  await using home = await testIssuer()
  const subjectToken = await obtainSubjectToken(home)
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
      'jwt-bearer.assertion.token-exchange.subject-token': subjectToken,
      'jwt-bearer.assertion.token-exchange.requested-token-type': 'urn:ietf:params:oauth:token-type:jwt',
    },
    { fetch: home.fetch },
  )
  const [, step, last] = home.calls.map(({ form }) => form)
  expect(step?.get('requested_token_type')).toBe('urn:ietf:params:oauth:token-type:jwt')
  expect(last?.get('assertion')).not.toBe(subjectToken)
  expect(last?.get('assertion')?.split('.')).toHaveLength(3)
  expect(value.reveal()).not.toBe(last?.get('assertion'))
})

it('obtainToken stops when its signal is aborted', async () => {
  const signal = AbortSignal.timeout(20)
  const properties = {
    'token-endpoint': 'http://127.0.0.1:1/token',
    'client-id': 'a',
    'client-secret': 'b',
  }
  const never = (): Promise<Response> => new Promise(() => {})
  await expect(obtainToken(properties, { fetch: never, signal })).rejects.toThrow(/timeout/i)
})

it('checkTokenProperties refuses contradictory properties, and names each property with the prefix of the caller', async () => {
  const check = (properties: Record<string, string>): Promise<string> =>
    catchMessage(Promise.try(() => checkTokenProperties(properties, 'leg.')))
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
    await catchMessage(obtainToken({ ...client, 'token-exchange.subject-token-auth-type': 'bearer' })),
  ).toContain('obtainToken cannot use the token of another provider')
})
