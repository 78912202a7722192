import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import { isAuthError } from '../auth-error.ts'
import type { Properties } from '../properties/auth-properties.ts'
import { create, headerAfter, catchMessage } from '../../test/context.ts'
import { discoverProperties } from './discover.ts'

const keys = { 'rest.auth.sigv4.access-key-id': 'AKIDEXAMPLE', 'rest.auth.sigv4.secret-access-key': 'secret' }
const token = { 'rest.auth.bearer.token': 'tok' }
const A = 'rest.auth.discover.'

type Json = Readonly<Record<string, unknown>>

interface SentRequest {
  readonly url: string
  readonly headers: Headers
}

/** Returns the properties and the warnings of `discoverProperties` for a catalog that responds with this document. */
async function discover(
  uri: string,
  own: Properties,
  document: Json | string,
  requests: SentRequest[] = [],
): Promise<{ readonly properties: Properties; readonly warnings: readonly string[] }> {
  const warnings: string[] = []
  const properties = await discoverProperties(
    { 'rest.auth.type': 'discover', ...own },
    {
      uri,
      warn: (message) => warnings.push(message),
      fetch: async (url, init) => {
        requests.push({ url, headers: new Headers(init.headers) })
        return new Response(typeof document === 'string' ? document : JSON.stringify(document))
      },
    },
  )
  return { properties, warnings }
}

const GLUE = 'https://glue.eu-central-1.amazonaws.com/iceberg'

function declaration(resource: string, ...schemes: readonly unknown[]): Json {
  return { resource, rest_auth: { version: 1, schemes } }
}

function sigv4(service: string, region: string, more: Json = {}): Json {
  return { type: 'sigv4', parameters: { service, region, ...more } }
}

describe('a declaration', () => {
  it('discoverProperties selects a scheme by the host of a cloud, with only credentials configured', async () => {
    const requests: SentRequest[] = []
    const document = declaration(GLUE, sigv4('glue', 'eu-central-1'))
    const { properties, warnings } = await discover(GLUE, { ...keys, warehouse: '1' }, document, requests)
    expect(properties).toEqual({
      ...keys,
      warehouse: '1',
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.service': 'glue',
      'rest.auth.sigv4.region': 'eu-central-1',
      'rest.auth.sigv4.delegate-auth-type': 'none',
    })
    expect(warnings).toEqual([])
    expect(requests.map(({ url }) => url)).toEqual([
      'https://glue.eu-central-1.amazonaws.com/.well-known/oauth-protected-resource/iceberg',
    ])
    expect([...(requests[0]?.headers.keys() ?? [])]).toEqual(['accept'])
  })

  it.each<[string, string, Json, Json]>([
    [
      'S3 Tables',
      'https://s3tables.us-east-1.amazonaws.com/iceberg',
      sigv4('s3tables', 'us-east-1'),
      { 'sigv4.service': 's3tables' },
    ],
    [
      'API Gateway',
      'https://a1b2.execute-api.us-east-1.amazonaws.com/prod',
      sigv4('execute-api', 'us-east-1'),
      { 'sigv4.region': 'us-east-1' },
    ],
    [
      'API Gateway, without a declared service',
      'https://a1b2.execute-api.us-east-1.amazonaws.com/prod',
      { type: 'sigv4', parameters: { region: 'us-east-1' } },
      { 'sigv4.region': 'us-east-1' },
    ],
    [
      'VPC Lattice',
      'https://x.7d.vpc-lattice-svcs.eu-central-1.on.aws',
      {
        type: 'sigv4a',
        parameters: {
          service: 'vpc-lattice-svcs',
          'region-set': 'eu-central-1,eu-west-1',
          payload: 'unsigned',
        },
        crit: ['payload'],
      },
      { 'sigv4a.payload': 'unsigned' },
    ],
    [
      'BigLake',
      'https://biglake.googleapis.com/iceberg/v1/restcatalog',
      { type: 'google', parameters: { scopes: 'https://www.googleapis.com/auth/cloud-platform' } },
      { 'google.scopes': 'https://www.googleapis.com/auth/cloud-platform' },
    ],
    [
      'OneLake',
      'https://onelake.table.fabric.microsoft.com/iceberg',
      { type: 'entra', parameters: { scopes: 'https://storage.azure.com/.default' } },
      { 'entra.scopes': 'https://storage.azure.com/.default' },
    ],
  ])('discoverProperties selects a scheme by the host of %s', async (_, uri, scheme, expected) => {
    const { properties } = await discover(uri, {}, declaration(uri, scheme))
    for (const [name, value] of Object.entries(expected)) expect(properties[`rest.auth.${name}`]).toBe(value)
  })

  const lake = 'https://lake.example.com/iceberg'

  it('discoverProperties selects a scheme from the configured types and values when the host is not of a known cloud', async () => {
    const own = {
      ...keys,
      ...token,
      [`${A}allowed`]: 'sigv4, bearer',
      [`${A}allowed.sigv4.service`]: 'execute-api',
      [`${A}allowed.sigv4.region`]: 'eu-central-1,eu-west-1',
    }
    const scheme = { ...sigv4('execute-api', 'eu-west-1'), delegate: { type: 'bearer' } }
    const { properties } = await discover(lake, own, declaration(lake, scheme))
    expect(properties).toEqual({
      ...keys,
      ...token,
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.service': 'execute-api',
      'rest.auth.sigv4.region': 'eu-west-1',
      'rest.auth.sigv4.delegate-auth-type': 'bearer',
    })
  })

  it('discoverProperties removes the properties of authentication types that were not selected, except types that the selected type references', async () => {
    const own = {
      ...keys,
      ...token,
      'rest.auth.basic.username': 'u',
      'rest.auth.basic.password': 'p',
      'rest.auth.sigv4.delegate-auth-type': 'bearer',
      [`${A}allowed`]: 'sigv4,bearer,basic',
      [`${A}allowed.sigv4.service`]: 'glue',
      [`${A}allowed.sigv4.region`]: 'r-1',
    }
    const { properties } = await discover(lake, own, declaration(lake, sigv4('glue', 'r-1')))
    expect(Object.keys(properties).toSorted()).toEqual([
      'rest.auth.bearer.token',
      'rest.auth.sigv4.access-key-id',
      'rest.auth.sigv4.delegate-auth-type',
      'rest.auth.sigv4.region',
      'rest.auth.sigv4.secret-access-key',
      'rest.auth.sigv4.service',
      'rest.auth.type',
    ])
    expect(properties['rest.auth.sigv4.delegate-auth-type']).toBe('bearer')
  })

  it('discoverProperties selects types without a permanent secret first, and configured credentials before credentials of the environment', async () => {
    const own = {
      ...token,
      [`${A}allowed`]: 'bearer,sigv4',
      [`${A}allowed.sigv4.service`]: 'glue',
      [`${A}allowed.sigv4.region`]: 'r-1',
    }
    const document = declaration(lake, { type: 'bearer' }, sigv4('glue', 'r-1'))
    expect((await discover(lake, { ...own, ...keys }, document)).properties['rest.auth.type']).toBe('sigv4')
    const { properties } = await discover(
      lake,
      own,
      declaration(lake, sigv4('glue', 'r-1'), { type: 'bearer' }),
    )
    expect(properties['rest.auth.type']).toBe('bearer')
  })

  const issuer = 'https://login.example.com/realms/acme'
  const client = {
    'rest.auth.oauth2.client-id': 'trino',
    'rest.auth.oauth2.client-secret': 's',
    [`${A}allowed`]: 'oauth2',
    [`${A}allowed.oauth2.issuer-url`]: issuer,
    [`${A}allowed.oauth2.scope`]: 'catalog openid',
    [`${A}allowed.oauth2.audience`]: 'lakehouse',
  }
  const oauth2 = (parameters: Json, more: Json = {}): Json => ({
    ...declaration(lake, { type: 'oauth2', parameters }),
    authorization_servers: [issuer],
    ...more,
  })

  it('discoverProperties sets an issuer, scopes and audiences only if they are identical to allowed values', async () => {
    const { properties } = await discover(
      lake,
      client,
      oauth2({ scope: 'catalog', audience: 'lakehouse' }, { dpop_bound_access_tokens_required: true }),
    )
    expect(properties).toMatchObject({
      'rest.auth.type': 'oauth2',
      'rest.auth.oauth2.issuer-url': issuer,
      'rest.auth.oauth2.scope': 'catalog',
      'rest.auth.oauth2.audience': 'lakehouse',
      'rest.auth.oauth2.dpop.enabled': 'true',
    })
    for (const [parameters, more] of [
      [{ 'issuer-url': `${issuer}/` }, { authorization_servers: [`${issuer}/`] }],
      [{ 'issuer-url': 'https://other.example.com' }, {}],
      [{ scope: 'catalog admin' }, {}],
      [{ audience: 'lakehouse,payroll' }, {}],
      [{ resource: 'https://payroll.example.com' }, {}],
      [{}, { authorization_servers: ['https://evil.example.com'] }],
    ] as const) {
      expect(await catchMessage(discover(lake, client, oauth2(parameters, more)))).toContain(
        'this client can use none of them',
      )
    }
  })

  it('discoverProperties does not change properties that the client configures', async () => {
    const own = { ...client, scope: 'mine', 'rest.auth.oauth2.audience': 'lake' }
    const { properties } = await discover(lake, own, oauth2({ scope: 'admin', audience: 'payroll' }))
    expect(properties).toMatchObject({
      scope: 'mine',
      'rest.auth.oauth2.audience': 'lake',
      'rest.auth.oauth2.issuer-url': issuer,
    })
    expect(properties['rest.auth.oauth2.scope']).toBeUndefined()
    const { properties: region } = await discover(
      GLUE,
      { ...keys, 'rest.signing-region': 'us-east-1' },
      declaration(GLUE, sigv4('glue', 'eu-central-1')),
    )
    expect(region).toMatchObject({ 'rest.signing-region': 'us-east-1' })
    expect(region['rest.auth.sigv4.region']).toBeUndefined()
  })

  it('discoverProperties does not let oauth2 use a credential that was configured for another type', async () => {
    const own = { token: 'tok', [`${A}allowed`]: 'oauth2', [`${A}allowed.oauth2.issuer-url`]: issuer }
    expect(await catchMessage(discover(lake, own, oauth2({})))).toContain('oauth2 has no credentials')
  })

  it('discoverProperties reads the declaration from the file that document-file names, without a request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'discover-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'glue.json')
    await writeFile(path, JSON.stringify(declaration(GLUE, sigv4('glue', 'eu-central-1'))))
    const requests: SentRequest[] = []
    const { properties } = await discover(GLUE, { ...keys, [`${A}document-file`]: path }, '', requests)
    expect(properties['rest.auth.sigv4.service']).toBe('glue')
    expect(requests).toEqual([])
  })
})

describe('a client that receives a hostile declaration', () => {
  it.each<[string, unknown, string]>([
    ['another service', sigv4('s3', 'eu-central-1'), 'service is "s3", which is not allowed'],
    [
      'the service sts, which creates credentials',
      sigv4('sts', 'eu-central-1'),
      'service is "sts", which is not allowed',
    ],
    ['another region', sigv4('glue', 'us-east-1'), 'set rest.auth.discover.allowed.sigv4.region'],
    [
      'a missing service',
      { type: 'sigv4', parameters: { region: 'eu-central-1' } },
      'service is "execute-api", which is not allowed',
    ],
    [
      'a source of credentials',
      sigv4('glue', 'eu-central-1', { 'sts-endpoint': 'https://evil.example.com' }),
      'which decides where credentials come from',
    ],
    [
      'a role',
      sigv4('glue', 'eu-central-1', { 'role-arn': 'arn:x' }),
      'which decides where credentials come from',
    ],
    ['an unknown value', sigv4('glue', 'eu-central-1', { form: 'cookie' }), 'not one of header, query'],
    [
      'an unknown parameter in crit',
      { ...sigv4('glue', 'eu-central-1'), crit: ['mtls'] },
      'its crit names "mtls", which this client does not know',
    ],
    [
      'a type that is not allowed',
      { type: 'bearer' },
      'bearer is not allowed: to allow it, add it to rest.auth.discover.allowed',
    ],
    ['the type none', { type: 'none' }, 'the type "none" is unknown, or a catalog may not declare it'],
    ['a program', { type: 'command', parameters: { command: 'curl evil' } }, 'a catalog may not declare it'],
    ['fixed headers', { type: 'headers', parameters: { cookie: 'x' } }, 'a catalog may not declare it'],
    ['a name that every object has', { type: 'constructor' }, 'a catalog may not declare it'],
    ['an unknown type', { type: 'acme-tickets' }, 'the type "acme-tickets" is unknown'],
    [
      'a delegate that is not allowed',
      { ...sigv4('glue', 'eu-central-1'), delegate: { type: 'bearer' } },
      'its delegate "bearer" is refused',
    ],
    [
      'a signature as the delegate of a signature',
      { ...sigv4('glue', 'eu-central-1'), delegate: sigv4('glue', 'eu-central-1') },
      'only sigv4 and sigv4a may have a delegate',
    ],
  ])(
    'discoverProperties drops an authentication scheme because of %s, and reports the reason',
    async (_, scheme, reason) => {
      const error = await discover(GLUE, keys, declaration(GLUE, scheme)).catch((error: unknown) => error)
      expect(isAuthError(error, 'configuration')).toBe(true)
      const message = error instanceof Error ? error.message : ''
      expect(message).toContain('glue.eu-central-1.amazonaws.com declares')
      expect(message).toContain(reason)
      expect(message).not.toContain('secret')
    },
  )

  it('discoverProperties warns of a dropped authentication scheme when it selects another scheme', async () => {
    const document = declaration(
      GLUE,
      sigv4('sts', 'eu-central-1'),
      sigv4('glue', 'eu-central-1', { unheardOf: 'x' }),
    )
    const { properties, warnings } = await discover(GLUE, keys, document)
    expect(properties['rest.auth.sigv4.service']).toBe('glue')
    expect(warnings).toEqual([expect.stringContaining('"sigv4" was dropped: service is "sts"')])
  })

  it.each<[string, Json | string, string]>([
    [
      'about another host',
      declaration('https://evil.example.com/iceberg', sigv4('glue', 'eu-central-1')),
      'describes another catalog',
    ],
    [
      'about another port',
      declaration('https://glue.eu-central-1.amazonaws.com:8443/iceberg', sigv4('glue', 'eu-central-1')),
      'describes another catalog',
    ],
    [
      'about another path',
      declaration(`${GLUE}-staging`, sigv4('glue', 'eu-central-1')),
      'describes another catalog',
    ],
    [
      'about half of a path segment',
      declaration('https://glue.eu-central-1.amazonaws.com/ice', sigv4('glue', 'eu-central-1')),
      'describes another catalog',
    ],
    [
      'about http',
      declaration(GLUE.replace('https', 'http'), sigv4('glue', 'eu-central-1')),
      'describes another catalog',
    ],
    [
      'of a later version',
      { resource: GLUE, rest_auth: { version: 2, schemes: [] } },
      'the version of rest_auth is 2',
    ],
    ['without schemes', declaration(GLUE), 'the list schemes of rest_auth must have 1 to 16 elements'],
    [
      'with too many schemes',
      declaration(GLUE, ...Array.from({ length: 17 }, () => ({ type: 'bearer' }))),
      'the list schemes of rest_auth must have 1 to 16 elements',
    ],
    [
      'with a number in place of a string',
      declaration(GLUE, { type: 'sigv4', parameters: { service: 1 } }),
      'a parameter must be a string',
    ],
    [
      'with a line break in a value',
      declaration(GLUE, sigv4('glue', 'eu-central-1\r\nx: y')),
      'control characters',
    ],
    [
      'with a delegate of a delegate',
      declaration(GLUE, { type: 'sigv4', delegate: { type: 'bearer', delegate: { type: 'bearer' } } }),
      'the delegate of an authentication scheme must not have a delegate itself',
    ],
    ['that is a list', '[]', 'the document must be an object'],
    ['that is an HTML page', '<html>', 'the declaration document of the catalog is not JSON'],
    ['without rest_auth', { resource: GLUE }, 'the document of the catalog has no member rest_auth'],
  ])('refuses a document %s', async (_, document, reason) => {
    const message = await catchMessage(discover(GLUE, keys, document))
    expect(message).toContain('does not declare how to authenticate')
    expect(message).toContain(reason)
    expect(message).toContain('Set rest.auth.type')
  })

  it('discoverProperties requests the declaration of the catalog only over https', async () => {
    const requests: SentRequest[] = []
    const own = { ...token, [`${A}allowed`]: 'bearer' }
    expect(await catchMessage(discover('http://lake.example.com', own, '', requests))).toContain(
      'is not https',
    )
    expect(requests).toEqual([])
  })

  it('discoverProperties refuses a scheme with unsigned bodies over plain http', async () => {
    const uri = 'http://127.0.0.1:9'
    const own = {
      ...keys,
      [`${A}allowed`]: 'sigv4',
      [`${A}allowed.sigv4.service`]: 'glue,vpc-lattice-svcs',
      [`${A}allowed.sigv4.region`]: 'r-1',
    }
    for (const scheme of [sigv4('glue', 'r-1', { payload: 'unsigned' }), sigv4('vpc-lattice-svcs', 'r-1')]) {
      const message = await catchMessage(discover(uri, own, declaration(uri, scheme)))
      expect(message).toContain('it requires unsigned bodies over plain http')
    }
  })
})

describe('a client with an invalid configuration of discovery', () => {
  it.each<[Properties, string]>([
    [{ [`${A}allowed`]: 'sigv4', [`${A}allowed.sigv4.service`]: 'glue,sts' }, 'must not contain sts'],
    [
      { [`${A}allowed`]: 'api-key', [`${A}allowed.api-key.header`]: 'Authorization' },
      'must not contain Authorization',
    ],
    [
      { [`${A}allowed`]: 'api-key', [`${A}allowed.api-key.header`]: 'X-Amz-Date' },
      'must not contain X-Amz-Date',
    ],
    [{ [`${A}allowed`]: 'command' }, 'a catalog cannot declare the type command'],
    [{ [`${A}allowed`]: 'sigv4', [`${A}allowed.sigv4.role-arn`]: 'x' }, 'sigv4 has no such parameter'],
    [{ [`${A}alowed`]: 'sigv4' }, 'Did you mean rest.auth.discover.allowed?'],
    [
      {},
      'Set rest.auth.discover.allowed to the authentication types that the catalog lake.example.com may select',
    ],
  ])('discoverProperties refuses the properties %j', async (own, reason) => {
    expect(await catchMessage(discover('https://lake.example.com', own, ''))).toContain(reason)
  })
})

/** Starts a catalog on loopback with a response for each path. Other paths are answered with 404. */
async function startCatalog(
  responses: (
    url: string,
  ) => Readonly<Record<string, readonly [number, Readonly<Record<string, string>>, string]>>,
): Promise<HttpTestServer> {
  const server = await startHttpServer((request, response) => {
    const [status, headers, body] = responses(server.url)[request.target] ?? [404, {}, '']
    response.writeHead(status, headers).end(body)
  })
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return server
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

describe('discovery over the network', () => {
  const own = { 'rest.auth.type': 'discover', ...token, [`${A}allowed`]: 'bearer' }
  const bearer = (url: string): string => JSON.stringify(declaration(url, { type: 'bearer' }))

  it('the authentication type discover opens a session with the declaration at the well-known path', async () => {
    const server = await startCatalog((url) => ({ [`${WELL_KNOWN}/lake`]: [200, {}, bearer(`${url}/lake`)] }))
    await using auth = await create(own, { uri: `${server.url}/lake/` })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer tok')
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('the authentication type discover fetches the declaration from the URL in a 401 response, and opens a session with it', async () => {
    const server = await startCatalog((url) => ({
      '/v1/config': [401, { 'www-authenticate': `AWS4-HMAC-SHA256 resource_metadata="${url}/meta"` }, '{}'],
      '/meta': [200, {}, bearer(url)],
    }))
    await using auth = await create(own, { uri: server.url })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer tok')
    expect(server.received.map(({ target }) => target)).toEqual([WELL_KNOWN, '/v1/config', '/meta'])
    expect(server.received.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  it.each<[string, string, string]>([
    ['at another host', 'https://evil.example.com/meta', 'document-hosts'],
    ['at the metadata service of a cloud', 'http://169.254.169.254/latest', 'is not https'],
    ['at another port of this machine', 'http://127.0.0.1:1/meta', 'document-hosts'],
    ['in a file', 'file:///etc/passwd', 'is not https'],
    ['with a password', 'https://u:p@evil.example.com/', 'contains a user or a password'],
    ['at an invalid URL', 'not a url', 'is not a URL'],
  ])('the discovery does not fetch a declaration document %s', async (_, url, reason) => {
    const server = await startCatalog(() => ({
      '/v1/config': [401, { 'www-authenticate': `Bearer resource_metadata="${url}"` }, ''],
    }))
    expect(await catchMessage(create(own, { uri: server.url }))).toContain(reason)
    expect(server.received).toHaveLength(2)
  })

  it('the discovery does not follow redirects to a declaration document', async () => {
    const server = await startCatalog((url) => ({
      [WELL_KNOWN]: [302, { location: `${url}/meta` }, ''],
      '/meta': [200, {}, bearer(url)],
    }))
    expect(await catchMessage(create(own, { uri: server.url }))).toContain('answered with status 302')
    expect(server.received.map(({ target }) => target)).toEqual([WELL_KNOWN, '/v1/config'])
  })

  it('the discovery of a declaration stops reading a declaration document that does not end', async () => {
    let closed = 0
    const endless = function* (): Generator<string> {
      for (;;) yield ' '.repeat(1 << 16)
    }
    const server = await startHttpServer((_, response) => {
      response.on('close', () => closed++)
      Readable.from(endless()).pipe(response)
    })
    onTestFinished(async () => await server[Symbol.asyncDispose]())
    expect(await catchMessage(create(own, { uri: server.url }))).toContain('more than 64 KiB')
    await expect.poll(() => closed).toBe(1)
  })

  it('the discovery of a declaration stops when the caller aborts it', async () => {
    const server = await startHttpServer(() => {})
    onTestFinished(async () => await server[Symbol.asyncDispose]())
    const stop = new AbortController()
    const waiting = create(own, { uri: server.url, signal: stop.signal })
    stop.abort(new Error('no more'))
    expect(await catchMessage(waiting)).toBe('no more')
  })

  it('the discovery reports a catalog that does not respond, and a missing catalog URI', async () => {
    expect(await catchMessage(create(own, { uri: 'http://127.0.0.1:1' }))).toContain(
      'sent no declaration of its authentication: the request failed',
    )
    expect(await catchMessage(create(own))).toContain('set uri')
  })
})
