import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { LanceNamespace, type ConnectOptions } from '../../src/client/index.ts'

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
const services = [...readme.matchAll(/^(.+)\n```properties\n([^]*?)```/gm)].map(
  ([, title = '', text = '']) => ({
    title,
    properties: Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => [
          line.slice(0, line.indexOf('=')),
          line.slice(line.indexOf('=') + 1).replace('…', 'x'),
        ]),
    ) as Readonly<Record<string, string>>,
  }),
)

/**
 * Headers that a service must receive, by the configured authentication type. For `discover`, the document below
 * declares the type.
 */
const expected: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  'api-key': { 'x-api-key': /^sk_x$/, 'x-lancedb-database': /^my-database$/ },
  oauth2: { authorization: /^Bearer token$/ },
  basic: { authorization: /^Basic YWxpY2U6eA==$/ },
  sigv4: {
    authorization: /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/[a-z0-9-]+\/(s3tables|execute-api)\//,
  },
  sigv4a: {
    authorization: /^AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE\//,
    'x-amz-region-set': /^eu-central-1,eu-west-1$/,
    'x-amz-content-sha256': /^UNSIGNED-PAYLOAD$/,
  },
  google: { authorization: /^Bearer id\.of\.machine$/ },
  discover: { authorization: /^Bearer x$/ },
}

interface Sent {
  readonly url: string
  readonly headers: Headers
}

/** Creates a `fetch` that responds as the service and as the issuers of its tokens, without a network. */
function createFetch(uri: string, sent: Sent[]): ConnectOptions['fetch'] {
  return async (url, init) => {
    if (url.startsWith(`${uri}/v1/namespace/sales/table/list`)) {
      sent.push({ url, headers: new Headers(init.headers) })
      return Response.json({ tables: [] })
    }
    if (url.endsWith('/.well-known/openid-configuration')) {
      const issuer = 'https://login.example.com/realms/acme'
      return Response.json({ issuer, token_endpoint: `${issuer}/token` })
    }
    if (url.endsWith('/token'))
      return Response.json({ access_token: 'token', token_type: 'Bearer', expires_in: 3600 })
    if (url.includes('/instance/service-accounts/default/identity')) {
      return new Response('id.of.machine', { headers: { 'metadata-flavor': 'Google' } })
    }
    if (url === `${uri}/v1/namespace/%24/list`) {
      const metadata = 'https://lance.example.com/meta'
      return new Response(null, {
        status: 401,
        headers: { 'www-authenticate': `Bearer resource_metadata="${metadata}"` },
      })
    }
    if (url === `${uri}/meta`) {
      return Response.json({ resource: uri, rest_auth: { version: 1, schemes: [{ type: 'bearer' }] } })
    }
    return new Response(null, { status: 404, headers: { 'metadata-flavor': 'Google' } })
  }
}

describe('services of the README', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '')
    vi.stubEnv('CLOUDSDK_CONFIG', '/nowhere')
    return () => vi.unstubAllEnvs()
  })

  test.each(services)(
    'the example properties of this service configure the authentication: $title',
    async ({ properties: { uri = '', ...properties } }) => {
      const sent: Sent[] = []
      const warnings: string[] = []
      const fetch = createFetch(uri, sent)
      const warn = (message: string): void => void warnings.push(message)
      await using lance = await LanceNamespace.connect({ uri, properties, fetch, warn })
      for await (const name of lance.listTables({ id: ['sales'] })) expect(name).toBe('none')
      const headers = expected[properties['rest.auth.type'] ?? '']
      expect(headers).toBeDefined()
      for (const [name, value] of Object.entries(headers ?? {}))
        expect(sent[0]?.headers.get(name), name).toMatch(value)
      const delegate = properties['rest.auth.sigv4.delegate-auth-type']
      expect(sent[0]?.headers.get('original-authorization')).toBe(delegate === undefined ? null : 'Bearer x')
      expect(warnings).toEqual([])
    },
  )

  test('the example services use every type of authentication that this test expects', () => {
    const types = services.map(({ properties }) => properties['rest.auth.type'])
    expect(new Set(types)).toEqual(new Set(Object.keys(expected)))
  })
})
