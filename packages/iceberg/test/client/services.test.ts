import { readFile } from 'node:fs/promises'
import { AuthRegistry, type CreateOptions, type Properties, type ReadyProvider } from '@headgate/auth'
import { expect, test } from 'vitest'
import { RestCatalog } from '../../src/client/index.ts'

// The test connects with each property map of the README.
const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/^(.+)\n```properties\n([^]*?)```/gm)].map(
  ([, title = '', text = '']) => {
    const entries = text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).replace('…', 'x')])
    return { title, properties: Object.fromEntries(entries) as Record<string, string> }
  },
)

/** Registry with example keys, so that tests do not use the keys and accounts of this machine. */
class ExampleRegistry extends AuthRegistry {
  override create(properties: Properties, options?: CreateOptions): Promise<ReadyProvider> {
    const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }
    return super.create(properties, { ...options, env, initialize: false })
  }
}

interface Sent {
  readonly url: string
  readonly headers: Headers
}

/** Connects with a property map without a network. Returns the requests to the catalog. */
async function recordConnection(properties: Record<string, string>): Promise<readonly Sent[]> {
  const sent: Sent[] = []
  const warnings: string[] = []
  await using catalog = await RestCatalog.connect({
    properties,
    registry: new ExampleRegistry(),
    warn: (message) => warnings.push(message),
    fetch: async (url, init) => {
      if (url.startsWith(properties['uri'] ?? '-') && !url.endsWith('/tokens')) {
        sent.push({ url, headers: new Headers(init.headers) })
        return Response.json(
          url.includes('/v1/config') ? { defaults: {}, overrides: {} } : { namespaces: [] },
        )
      }
      const issuer = /^(.*)\.well-known\/openid-configuration$/.exec(url)?.[1]
      if (issuer !== undefined)
        return Response.json({ issuer: issuer.replace(/\/$/, ''), token_endpoint: `${issuer}token` })
      if (url.includes('metadata.google.internal') || url.includes('169.254.169.254'))
        return new Response(
          url.includes('/identity')
            ? 'x.x.x'
            : '{"access_token":"x","expires_in":3600,"token_type":"Bearer"}',
          {
            headers: { 'metadata-flavor': 'Google' },
          },
        )
      return Response.json({ access_token: 'x', token_type: 'Bearer', expires_in: 3600 })
    },
  })
  for await (const _ of catalog.listNamespaces()) throw new Error('The list must be empty')
  expect(warnings).toEqual([])
  return sent
}

test.each(examples)(
  'the client connects with the properties in the README: $title',
  async ({ properties }) => {
    const sent = await recordConnection(properties)
    const { uri = '', warehouse } = properties
    const query = warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(warehouse)}`
    expect(sent.map(({ url }) => url)).toEqual([
      `${uri}/v1/config${query}`,
      `${uri}/v1/namespaces?pageToken=`,
    ])
    const service = properties['rest.auth.sigv4.service']
    for (const { headers } of sent) {
      if (service === undefined) expect(headers.get('authorization')).toMatch(/^Bearer x/)
      else
        expect(headers.get('authorization')).toMatch(
          new RegExp(`^AWS4-HMAC-SHA256 Credential=.*/${service}/aws4_request`),
        )
    }
    if (service === 'vpc-lattice-svcs')
      expect(sent[0]?.headers.get('x-amz-content-sha256')).toBe('UNSIGNED-PAYLOAD')
    if (properties['rest.auth.google.user-project'] !== undefined)
      expect(sent[0]?.headers.get('x-goog-user-project')).toBe('my-project')
  },
)

test('the README contains 13 property maps', () => {
  expect(examples.length).toBe(13)
})
