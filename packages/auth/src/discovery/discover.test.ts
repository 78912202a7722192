import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type HttpTestServer, startHttpServer } from '@headgate/testkit'
import { isAuthError } from '../auth-error.ts'
import type { Properties } from '../properties/auth-properties.ts'
import { create, headerAfter, messageOf } from '../../test/context.ts'
import { discoveredProperties } from './discover.ts'

const keys = { 'rest.auth.sigv4.access-key-id': 'AKIDEXAMPLE', 'rest.auth.sigv4.secret-access-key': 'secret' }
const token = { 'rest.auth.bearer.token': 'tok' }
const A = 'rest.auth.discover.'

type Json = Readonly<Record<string, unknown>>

interface Asked {
  readonly url: string
  readonly headers: Headers
}

/** What a client with these properties makes of a document of the catalog, all of which is served by `fetch`. */
async function discovered(
  uri: string,
  own: Properties,
  document: Json | string,
  asked: Asked[] = [],
): Promise<{ readonly properties: Properties; readonly warnings: readonly string[] }> {
  const warnings: string[] = []
  const properties = await discoveredProperties(
    { 'rest.auth.type': 'discover', ...own },
    {
      uri,
      warn: (message) => warnings.push(message),
      fetch: async (url, init) => {
        asked.push({ url, headers: new Headers(init.headers) })
        return new Response(typeof document === 'string' ? document : JSON.stringify(document))
      },
    },
  )
  return { properties, warnings }
}

const GLUE = 'https://glue.eu-central-1.amazonaws.com/iceberg'

function declares(resource: string, ...schemes: readonly unknown[]): Json {
  return { resource, rest_auth: { version: 1, schemes } }
}

function sigv4(service: string, region: string, more: Json = {}): Json {
  return { type: 'sigv4', parameters: { service, region, ...more } }
}

describe('a declaration selects among what the client was allowed to do', () => {
  it('by the host of a cloud, without any configuration but credentials', async () => {
    const asked: Asked[] = []
    const document = declares(GLUE, sigv4('glue', 'eu-central-1'))
    const { properties, warnings } = await discovered(GLUE, { ...keys, warehouse: '1' }, document, asked)
    expect(properties).toEqual({
      ...keys,
      warehouse: '1',
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.service': 'glue',
      'rest.auth.sigv4.region': 'eu-central-1',
      'rest.auth.sigv4.delegate-auth-type': 'none',
    })
    expect(warnings).toEqual([])
    expect(asked.map(({ url }) => url)).toEqual([
      'https://glue.eu-central-1.amazonaws.com/.well-known/oauth-protected-resource/iceberg',
    ])
    expect([...(asked[0]?.headers.keys() ?? [])]).toEqual(['accept'])
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
      'API Gateway, the service left out',
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
  ])('%s', async (_, uri, scheme, expected) => {
    const { properties } = await discovered(uri, {}, declares(uri, scheme))
    for (const [name, value] of Object.entries(expected)) expect(properties[`rest.auth.${name}`]).toBe(value)
  })

  const lake = 'https://lake.example.com/iceberg'

  it('by what is configured, for other hosts', async () => {
    const own = {
      ...keys,
      ...token,
      [`${A}allowed`]: 'sigv4, bearer',
      [`${A}allowed.sigv4.service`]: 'execute-api',
      [`${A}allowed.sigv4.region`]: 'eu-central-1,eu-west-1',
    }
    const scheme = { ...sigv4('execute-api', 'eu-west-1'), delegate: { type: 'bearer' } }
    const { properties } = await discovered(lake, own, declares(lake, scheme))
    expect(properties).toEqual({
      ...keys,
      ...token,
      'rest.auth.type': 'sigv4',
      'rest.auth.sigv4.service': 'execute-api',
      'rest.auth.sigv4.region': 'eu-west-1',
      'rest.auth.sigv4.delegate-auth-type': 'bearer',
    })
  })

  it('leaves out what is configured for types that were not chosen, but for those that the chosen one names', async () => {
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
    const { properties } = await discovered(lake, own, declares(lake, sigv4('glue', 'r-1')))
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

  it('takes what sends no lasting secret first, and what has credentials before what might find some', async () => {
    const own = {
      ...token,
      [`${A}allowed`]: 'bearer,sigv4',
      [`${A}allowed.sigv4.service`]: 'glue',
      [`${A}allowed.sigv4.region`]: 'r-1',
    }
    const document = declares(lake, { type: 'bearer' }, sigv4('glue', 'r-1'))
    expect((await discovered(lake, { ...own, ...keys }, document)).properties['rest.auth.type']).toBe('sigv4')
    const { properties } = await discovered(
      lake,
      own,
      declares(lake, sigv4('glue', 'r-1'), { type: 'bearer' }),
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
    ...declares(lake, { type: 'oauth2', parameters }),
    authorization_servers: [issuer],
    ...more,
  })

  it('an issuer with scopes and audiences, compared character by character', async () => {
    const { properties } = await discovered(
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
      expect(await messageOf(discovered(lake, client, oauth2(parameters, more)))).toContain(
        'none of it can be used here',
      )
    }
  })

  it('changes nothing that is configured', async () => {
    const own = { ...client, scope: 'mine', 'rest.auth.oauth2.audience': 'ours' }
    const { properties } = await discovered(lake, own, oauth2({ scope: 'admin', audience: 'payroll' }))
    expect(properties).toMatchObject({
      scope: 'mine',
      'rest.auth.oauth2.audience': 'ours',
      'rest.auth.oauth2.issuer-url': issuer,
    })
    expect(properties['rest.auth.oauth2.scope']).toBeUndefined()
    const { properties: region } = await discovered(
      GLUE,
      { ...keys, 'rest.signing-region': 'us-east-1' },
      declares(GLUE, sigv4('glue', 'eu-central-1')),
    )
    expect(region).toMatchObject({ 'rest.signing-region': 'us-east-1' })
    expect(region['rest.auth.sigv4.region']).toBeUndefined()
  })

  it('uses no credential that was configured for another type', async () => {
    const own = { token: 'tok', [`${A}allowed`]: 'oauth2', [`${A}allowed.oauth2.issuer-url`]: issuer }
    expect(await messageOf(discovered(lake, own, oauth2({})))).toContain(
      'For oauth2 there are no credentials',
    )
  })

  it('is read from a file for a catalog that serves none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'discover-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'glue.json')
    await writeFile(path, JSON.stringify(declares(GLUE, sigv4('glue', 'eu-central-1'))))
    const asked: Asked[] = []
    const { properties } = await discovered(GLUE, { ...keys, [`${A}document-file`]: path }, '', asked)
    expect(properties['rest.auth.sigv4.service']).toBe('glue')
    expect(asked).toEqual([])
  })
})

describe('a hostile declaration', () => {
  it.each<[string, unknown, string]>([
    ['another service', sigv4('s3', 'eu-central-1'), 'service is "s3", which is not allowed'],
    [
      'the service that makes credentials',
      sigv4('sts', 'eu-central-1'),
      'service is "sts", which is not allowed',
    ],
    ['another region', sigv4('glue', 'us-east-1'), 'set rest.auth.discover.allowed.sigv4.region'],
    [
      'the service left out',
      { type: 'sigv4', parameters: { region: 'eu-central-1' } },
      'service is "execute-api", which is not allowed',
    ],
    [
      'a source of credentials',
      sigv4('glue', 'eu-central-1', { 'sts-endpoint': 'https://evil.example.com' }),
      'which says where credentials come from or go',
    ],
    [
      'a role',
      sigv4('glue', 'eu-central-1', { 'role-arn': 'arn:x' }),
      'which says where credentials come from or go',
    ],
    ['a word that is none', sigv4('glue', 'eu-central-1', { form: 'cookie' }), 'not one of header, query'],
    [
      'something it insists on',
      { ...sigv4('glue', 'eu-central-1'), crit: ['mtls'] },
      'it needs "mtls", which is not known here',
    ],
    [
      'a type that is not allowed',
      { type: 'bearer' },
      'bearer is not allowed: add it to rest.auth.discover.allowed',
    ],
    ['nothing at all', { type: 'none' }, 'may not be declared, or is not known here'],
    ['a program', { type: 'command', parameters: { command: 'curl evil' } }, 'may not be declared'],
    ['fixed headers', { type: 'headers', parameters: { cookie: 'x' } }, 'may not be declared'],
    ['a name of every object', { type: 'constructor' }, 'may not be declared'],
    ['a type of nobody', { type: 'acme-tickets' }, 'may not be declared, or is not known here'],
    [
      'a delegate that is not allowed',
      { ...sigv4('glue', 'eu-central-1'), delegate: { type: 'bearer' } },
      'of its delegate "bearer"',
    ],
    [
      'a signature below a signature',
      { ...sigv4('glue', 'eu-central-1'), delegate: sigv4('glue', 'eu-central-1') },
      'only a signature may have a delegate',
    ],
  ])('is dropped, and the reason told: %s', async (_, scheme, why) => {
    const error = await discovered(GLUE, keys, declares(GLUE, scheme)).catch((error: unknown) => error)
    expect(isAuthError(error, 'configuration')).toBe(true)
    const message = error instanceof Error ? error.message : ''
    expect(message).toContain('glue.eu-central-1.amazonaws.com declares')
    expect(message).toContain(why)
    expect(message).not.toContain('secret')
  })

  it('is warned of where another one can be used', async () => {
    const document = declares(
      GLUE,
      sigv4('sts', 'eu-central-1'),
      sigv4('glue', 'eu-central-1', { unheardOf: 'x' }),
    )
    const { properties, warnings } = await discovered(GLUE, keys, document)
    expect(properties['rest.auth.sigv4.service']).toBe('glue')
    expect(warnings).toEqual([expect.stringContaining('"sigv4" was dropped: service is "sts"')])
  })

  it.each<[string, Json | string, string]>([
    [
      'about another host',
      declares('https://evil.example.com/iceberg', sigv4('glue', 'eu-central-1')),
      'another resource',
    ],
    [
      'about another port',
      declares('https://glue.eu-central-1.amazonaws.com:8443/iceberg', sigv4('glue', 'eu-central-1')),
      'another resource',
    ],
    ['about another path', declares(`${GLUE}-staging`, sigv4('glue', 'eu-central-1')), 'another resource'],
    [
      'about half of a segment',
      declares('https://glue.eu-central-1.amazonaws.com/ice', sigv4('glue', 'eu-central-1')),
      'another resource',
    ],
    [
      'about http',
      declares(GLUE.replace('https', 'http'), sigv4('glue', 'eu-central-1')),
      'another resource',
    ],
    ['of a version to come', { resource: GLUE, rest_auth: { version: 2, schemes: [] } }, 'its version is 2'],
    ['without schemes', declares(GLUE), 'schemes must be 1 to 16'],
    [
      'with too many',
      declares(GLUE, ...Array.from({ length: 17 }, () => ({ type: 'bearer' }))),
      'schemes must be 1 to 16',
    ],
    [
      'with a number for a text',
      declares(GLUE, { type: 'sigv4', parameters: { service: 1 } }),
      'a parameter must be a string',
    ],
    [
      'with a line end in a value',
      declares(GLUE, sigv4('glue', 'eu-central-1\r\nx: y')),
      'control characters',
    ],
    [
      'with a delegate of a delegate',
      declares(GLUE, { type: 'sigv4', delegate: { type: 'bearer', delegate: { type: 'bearer' } } }),
      'a delegate has a delegate',
    ],
    ['that is a list', '[]', 'the document must be an object'],
    ['that is a page', '<html>', 'it is no JSON'],
    ['that says nothing of it', { resource: GLUE }, 'it has no rest_auth'],
  ])('is not looked at: %s', async (_, document, why) => {
    const message = await messageOf(discovered(GLUE, keys, document))
    expect(message).toContain('does not declare how to authenticate')
    expect(message).toContain(why)
    expect(message).toContain('Set rest.auth.type')
  })

  it('is asked for nowhere but over https', async () => {
    const asked: Asked[] = []
    const own = { ...token, [`${A}allowed`]: 'bearer' }
    expect(await messageOf(discovered('http://lake.example.com', own, '', asked))).toContain('is not https')
    expect(asked).toEqual([])
  })

  it('is no reason to leave bodies unsigned over plain http', async () => {
    const uri = 'http://127.0.0.1:9'
    const own = {
      ...keys,
      [`${A}allowed`]: 'sigv4',
      [`${A}allowed.sigv4.service`]: 'glue,vpc-lattice-svcs',
      [`${A}allowed.sigv4.region`]: 'r-1',
    }
    for (const scheme of [sigv4('glue', 'r-1', { payload: 'unsigned' }), sigv4('vpc-lattice-svcs', 'r-1')]) {
      const message = await messageOf(discovered(uri, own, declares(uri, scheme)))
      expect(message).toContain('it wants bodies unsigned over plain http')
    }
  })
})

describe('an allowance that allows too much is refused', () => {
  it.each<[Properties, string]>([
    [{ [`${A}allowed`]: 'sigv4', [`${A}allowed.sigv4.service`]: 'glue,sts' }, 'must not have sts'],
    [
      { [`${A}allowed`]: 'api-key', [`${A}allowed.api-key.header`]: 'Authorization' },
      'must not have Authorization',
    ],
    [
      { [`${A}allowed`]: 'api-key', [`${A}allowed.api-key.header`]: 'X-Amz-Date' },
      'must not have X-Amz-Date',
    ],
    [{ [`${A}allowed`]: 'command' }, 'a catalog cannot declare the type command'],
    [{ [`${A}allowed`]: 'sigv4', [`${A}allowed.sigv4.role-arn`]: 'x' }, 'sigv4 has no such parameter'],
    [{ [`${A}alowed`]: 'sigv4' }, 'Did you mean rest.auth.discover.allowed?'],
    [{}, 'Set rest.auth.discover.allowed: what lake.example.com may choose from'],
  ])('%j', async (own, why) => {
    expect(await messageOf(discovered('https://lake.example.com', own, ''))).toContain(why)
  })
})

/** A catalog on loopback: what it answers to each path; everything else is 404. */
async function catalog(
  answers: (
    url: string,
  ) => Readonly<Record<string, readonly [number, Readonly<Record<string, string>>, string]>>,
): Promise<HttpTestServer> {
  const server = await startHttpServer((request, response) => {
    const [status, headers, body] = answers(server.url)[request.target] ?? [404, {}, '']
    response.writeHead(status, headers).end(body)
  })
  onTestFinished(async () => await server[Symbol.asyncDispose]())
  return server
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

describe('over the network', () => {
  const own = { 'rest.auth.type': 'discover', ...token, [`${A}allowed`]: 'bearer' }
  const bearer = (url: string): string => JSON.stringify(declares(url, { type: 'bearer' }))

  it('a session opens with what the catalog declares at the well-known path', async () => {
    const server = await catalog((url) => ({ [`${WELL_KNOWN}/lake`]: [200, {}, bearer(`${url}/lake`)] }))
    await using auth = await create(own, { uri: `${server.url}/lake/` })
    expect(await headerAfter(auth, 'authorization')).toBe('Bearer tok')
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('or where the 401 of a request without credentials says that it is', async () => {
    const server = await catalog((url) => ({
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
    ['with a password', 'https://u:p@evil.example.com/', 'holds a user or a password'],
    ['nowhere', 'not a url', 'an address that is none'],
  ])('a document %s is not fetched', async (_, place, why) => {
    const server = await catalog(() => ({
      '/v1/config': [401, { 'www-authenticate': `Bearer resource_metadata="${place}"` }, ''],
    }))
    expect(await messageOf(create(own, { uri: server.url }))).toContain(why)
    expect(server.received).toHaveLength(2)
  })

  it('no redirect is followed', async () => {
    const server = await catalog((url) => ({
      [WELL_KNOWN]: [302, { location: `${url}/meta` }, ''],
      '/meta': [200, {}, bearer(url)],
    }))
    expect(await messageOf(create(own, { uri: server.url }))).toContain('answered with status 302')
    expect(server.received.map(({ target }) => target)).toEqual([WELL_KNOWN, '/v1/config'])
  })

  it('a document without end is not read to its end', async () => {
    let closed = 0
    const endless = function* (): Generator<string> {
      for (;;) yield ' '.repeat(1 << 16)
    }
    const server = await startHttpServer((_, response) => {
      response.on('close', () => closed++)
      Readable.from(endless()).pipe(response)
    })
    onTestFinished(async () => await server[Symbol.asyncDispose]())
    expect(await messageOf(create(own, { uri: server.url }))).toContain('more than 64 KiB')
    await expect.poll(() => closed).toBe(1)
  })

  it('whoever waits can stop', async () => {
    const server = await startHttpServer(() => {})
    onTestFinished(async () => await server[Symbol.asyncDispose]())
    const stop = new AbortController()
    const waiting = create(own, { uri: server.url, signal: stop.signal })
    stop.abort(new Error('no more'))
    expect(await messageOf(waiting)).toBe('no more')
  })

  it('a catalog that is not there is told', async () => {
    expect(await messageOf(create(own, { uri: 'http://127.0.0.1:1' }))).toContain(
      'did not say how to authenticate: no answer at all',
    )
    expect(await messageOf(create(own))).toContain('set uri')
  })
})
