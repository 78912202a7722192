import { expect, it } from 'vitest'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import { create, headerAfter, catchMessage } from '../../test/context.ts'

const P = 'rest.auth.oauth2.'

/** Starts an issuer that serves its metadata at `path`, with the changes that `change` returns. */
async function startIssuer(
  path: string,
  change: (url: string) => object = () => ({}),
): Promise<HttpTestServer> {
  const server = await startHttpServer((request, response) => {
    const url = `http://${request.headers.host}`
    response.setHeader('content-type', 'application/json')
    const token = '{"access_token":"abc","token_type":"Bearer"}'
    if (request.target === '/token') response.end(token)
    else if (request.target !== path) response.writeHead(404).end('{}')
    else response.end(JSON.stringify({ issuer: `${url}/as`, token_endpoint: `${url}/token`, ...change(url) }))
  })
  return server
}

function properties(url: string): Record<string, string> {
  return {
    'rest.auth.type': 'oauth2',
    [`${P}issuer-url`]: url,
    [`${P}client-id`]: 'c',
    [`${P}client-secret`]: 's:%',
  }
}

it.each(['/as/.well-known/openid-configuration', '/.well-known/oauth-authorization-server/as'])(
  'the oauth2 client finds the token endpoint in the metadata of the issuer at %s',
  async (path) => {
    await using server = await startIssuer(path)
    const auth = await create(properties(`${server.url}/as`))
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer abc')
    expect(server.received.at(-1)?.headers.authorization).toBe(`Basic ${btoa('c:s%3A%25')}`)
  },
)

it('the oauth2 client refuses metadata that names another issuer, and states the name of that issuer', async () => {
  await using server = await startIssuer('/as/.well-known/openid-configuration', (url) => ({
    issuer: `${url}/as/`,
  }))
  const message = await catchMessage(create(properties(`${server.url}/as`)))
  expect(message).toBe(
    `${P}issuer-url: the metadata at this address names another issuer: set exactly ${server.url}/as/ if this is the issuer`,
  )
})

it('the oauth2 client refuses an endpoint without https in the metadata', async () => {
  await using server = await startIssuer('/as/.well-known/openid-configuration', () => ({
    token_endpoint: 'http://id.example/token',
  }))
  expect(await catchMessage(create(properties(`${server.url}/as`)))).toContain('must begin with https://')
})

it('the oauth2 client sends the secret in the form if the issuer supports only this method', async () => {
  await using server = await startIssuer('/as/.well-known/openid-configuration', () => ({
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  }))
  await create(properties(`${server.url}/as`))
  expect(server.received.at(-1)?.body.toString()).toBe(
    'grant_type=client_credentials&client_id=c&client_secret=s%3A%25',
  )
})

it('the oauth2 client reports an issuer URL without metadata', async () => {
  await using server = await startIssuer('/other')
  expect(await catchMessage(create(properties(`${server.url}/as`)))).toContain(
    'check the address, or set token-endpoint',
  )
})
