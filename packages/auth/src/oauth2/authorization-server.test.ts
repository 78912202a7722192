import { expect, it } from 'vitest'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import { create, headerAfter, messageOf } from '../../test/context.ts'

const P = 'rest.auth.oauth2.'

/** An issuer with metadata at one of the two well-known places. */
async function issuer(place: string, change: (url: string) => object = () => ({})): Promise<HttpTestServer> {
  const server = await startHttpServer((request, response) => {
    const url = `http://${request.headers.host}`
    response.setHeader('content-type', 'application/json')
    const token = '{"access_token":"abc","token_type":"Bearer"}'
    if (request.target === '/token') response.end(token)
    else if (request.target !== place) response.writeHead(404).end('{}')
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
  'finds the token endpoint at %s',
  async (place) => {
    await using server = await issuer(place)
    const auth = await create(properties(`${server.url}/as`))
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer abc')
    expect(server.received.at(-1)?.headers.authorization).toBe(`Basic ${btoa('c:s%3A%25')}`)
  },
)

it('takes metadata of exactly the issuer that was named, and says how to name it', async () => {
  await using server = await issuer('/as/.well-known/openid-configuration', (url) => ({
    issuer: `${url}/as/`,
  }))
  const message = await messageOf(create(properties(`${server.url}/as`)))
  expect(message).toBe(
    `${P}issuer-url: the metadata there is of another issuer; write it exactly so: ${server.url}/as/`,
  )
})

it('sends nothing to an endpoint without https, whoever names it', async () => {
  await using server = await issuer('/as/.well-known/openid-configuration', () => ({
    token_endpoint: 'http://id.example/token',
  }))
  expect(await messageOf(create(properties(`${server.url}/as`)))).toContain('must begin with https://')
})

it('posts the secret where the issuer takes nothing else', async () => {
  await using server = await issuer('/as/.well-known/openid-configuration', () => ({
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  }))
  await create(properties(`${server.url}/as`))
  expect(server.received.at(-1)?.body.toString()).toBe(
    'grant_type=client_credentials&client_id=c&client_secret=s%3A%25',
  )
})

it('says that there is no issuer', async () => {
  await using server = await issuer('/nowhere')
  expect(await messageOf(create(properties(`${server.url}/as`)))).toContain(
    'check the address, or set token-endpoint',
  )
})
