import { createPublicKey, verify } from 'node:crypto'
import { deriveAsymmetricKey, sha256Hex } from '@headgate/sigv4'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Properties } from '../properties/auth-properties.ts'
import type { CreateOptions } from '../registry.ts'
import { nodeSigner } from '../node/v4-signer.ts'
import { webSigner } from '../signing/web-signer.ts'
import { generalRules } from '@headgate/sigv4/web'
import { type OutgoingRequest, fetchTransport, headerValue, send } from '@headgate/http'
import type { HttpTestServer } from '@headgate/testkit'
import { aRequest, create, headerAfter, messageOf, testClock } from '../../test/context.ts'
import { verifyingServer, type VerifierOptions } from '../../test/verifier.ts'

const properties = {
  'rest.auth.type': 'sigv4',
  'rest.auth.sigv4.region': 'eu-central-1',
  'rest.auth.sigv4.service': 'glue',
  'rest.auth.sigv4.access-key-id': 'AKIDEXAMPLE',
  'rest.auth.sigv4.secret-access-key': 'secret',
}

async function server(options: VerifierOptions): Promise<HttpTestServer> {
  const started = await verifyingServer(options)
  onTestFinished(async () => await started[Symbol.asyncDispose]())
  return started
}

/** What a verifying server answers to a request. */
async function answer(
  changes: Properties,
  verifier: VerifierOptions,
  request: Omit<OutgoingRequest, 'url'> & { path?: string } = { method: 'GET' },
  options: CreateOptions = {},
): Promise<string> {
  const { url } = await server(verifier)
  const auth = await create({ ...properties, ...changes }, options)
  const response = await send(
    { ...request, url: url + (request.path ?? '/') },
    { auth, transport: fetchTransport() },
  )
  return await response.text()
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const paths = [
  '/',
  '',
  '/v1/namespaces/a%1Fb/tables/caf%C3%A9',
  '/arn%3Aaws%3As3tables%3Aus-east-1%3A1%3Abucket%2Fx',
  "/!'()*$,;:@+=~-._",
  '/a b/\u00e9?x=\u00e9 y',
  '//a///b/',
  '/p?a=1&a=2&a=&b&=c&z=%2B+x&A=%20',
  '/p?x=a%2Fb&x=a/b&delimiter=%24',
]

describe.each(['glue', 's3', 's3tables', 'execute-api', 'vpc-lattice-svcs'])('for %s', (service) => {
  it.each(paths)('GET %s is accepted, in headers and in the query', async (path) => {
    for (const form of ['header', 'query']) {
      const changes = { 'rest.auth.sigv4.service': service, 'rest.auth.sigv4.form': form }
      expect(await answer(changes, { service }, { method: 'GET', path })).toBe('welcome')
    }
  })

  it.each(['hex', 'base64'])('a body is accepted, with its hash in %s', async (header) => {
    const changes = { 'rest.auth.sigv4.service': service, 'rest.auth.sigv4.payload-header': header }
    const headers = [
      ['Content-Type', 'application/json'],
      ['X-Two', 'a  b'],
      ['x-two', ' c'],
    ] as const
    const request = { method: 'POST', path: '/t', headers, body: bytes('{"a":1}') }
    expect(await answer(changes, { service }, request)).toBe('welcome')
  })
})

it('a body is part of what is signed, unless it is said not to be', async () => {
  const signed = await create(properties)
  const unsigned = await create({ ...properties, 'rest.auth.sigv4.payload': 'unsigned' })
  const hashes = await Promise.all(
    [signed, unsigned].map((auth) =>
      headerAfter(auth, 'x-amz-content-sha256', aRequest({ body: bytes('x') })),
    ),
  )
  expect(hashes).toEqual([sha256Hex(bytes('x')), 'UNSIGNED-PAYLOAD'])
  expect(await answer({ 'rest.auth.sigv4.payload': 'unsigned' }, { service: 'glue' })).toBe('welcome')
})

it('VPC Lattice gets what it can verify: no signed bodies', async () => {
  const auth = await create({ ...properties, 'rest.auth.sigv4.service': 'vpc-lattice-svcs' })
  expect(await headerAfter(auth, 'x-amz-content-sha256', aRequest({ body: bytes('x') }))).toBe(
    'UNSIGNED-PAYLOAD',
  )
})

it('Iceberg for Java is followed in its form: base64 for a body, hexadecimal digits for none', async () => {
  const auth = await create({ ...properties, 'rest.auth.sigv4.payload-header': 'base64' })
  const hash = 'x-amz-content-sha256'
  expect(await headerAfter(auth, hash, aRequest({ body: bytes('x') }))).toBe(
    Buffer.from(sha256Hex(bytes('x')), 'hex').toString('base64'),
  )
  expect(await headerAfter(auth, hash)).toBe(sha256Hex(''))
})

it('a stream is signed by its hash, and refused without one', async () => {
  const auth = await create(properties)
  const sha256 = sha256Hex('stream')
  expect(await headerAfter(auth, 'x-amz-content-sha256', aRequest({ body: { sha256 } }))).toBe(sha256)
  expect(await messageOf(auth.authenticate(aRequest({ body: {} })))).toContain('set payload=unsigned')
})

describe('an identity below the signature', () => {
  const basic = { 'rest.auth.basic.username': 'u', 'rest.auth.basic.password': 'p' }

  it('travels in Original-Authorization, signed', async () => {
    const { url, received } = await server({ service: 'glue' })
    const auth = await create({ ...properties, ...basic, 'rest.auth.sigv4.delegate-auth-type': 'basic' })
    const response = await send({ method: 'GET', url }, { auth, transport: fetchTransport() })
    expect(await response.text()).toBe('welcome')
    const headers = received[0]?.headers
    expect(headers?.['original-authorization']).toBe('Basic dTpw')
    expect(headers?.authorization).toMatch(/SignedHeaders=[^,]*original-authorization/)
  })

  it('is a token when one is configured, as in Iceberg', async () => {
    const auth = await create({ ...properties, token: 'abc' })
    expect(await headerAfter(auth, 'original-authorization')).toBe('Bearer abc')
  })

  it('cannot be claimed by a header that was there before', async () => {
    const auth = await create({ ...properties, token: 'abc' })
    const request = aRequest({
      headers: [
        ['Original-Authorization', 'Bearer admin'],
        ['X-Amz-Date', 'now'],
      ],
    })
    const { headers } = await auth.authenticate(request)
    expect(headerValue(headers, 'original-authorization')).toBe('Bearer abc')
    expect(headerValue(headers, 'original-x-amz-date')).toBe('now')
  })

  it.each(['sigv4', 'sigv4a'])('is not another signature: %s', async (type) => {
    expect(await messageOf(create({ ...properties, 'rest.auth.sigv4.delegate-auth-type': type }))).toContain(
      'must not be a signature too',
    )
  })
})

describe('configuration', () => {
  it.each<[string, Properties]>([
    [
      'Iceberg',
      {
        'rest.auth.type': 'org.apache.iceberg.aws.RESTSigV4AuthManager',
        'rest.signing-region': 'eu-central-1',
        'rest.signing-name': 'glue',
        'rest.access-key-id': 'AKIDEXAMPLE',
        'rest.secret-access-key': 'secret',
      },
    ],
    [
      'older Iceberg',
      {
        'rest.sigv4-enabled': 'true',
        'rest.signing-region': 'eu-central-1',
        'rest.signing-name': 'glue',
        'rest.access-key-id': 'AKIDEXAMPLE',
        'rest.secret-access-key': 'secret',
      },
    ],
    [
      'PyIceberg',
      {
        'rest.sigv4-enabled': 'true',
        'rest.signing-name': 'glue',
        'client.region': 'eu-central-1',
        'client.access-key-id': 'AKIDEXAMPLE',
        'client.secret-access-key': 'secret',
        's3.endpoint': 'http://127.0.0.1:9000',
      },
    ],
    ['Lance', properties],
  ])('in the spelling of %s is understood', async (_, spelled) => {
    const auth = await create(spelled, { env: {} })
    const scope = /Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/glue\/aws4_request/
    expect(await headerAfter(auth, 'authorization')).toMatch(scope)
  })

  it('keys of storage give way to keys of the catalog, all three of them', async () => {
    const auth = await create({
      ...properties,
      'client.access-key-id': 'STORAGE',
      'client.secret-access-key': 'x',
      'client.session-token': 'of storage',
    })
    expect(await headerAfter(auth, 'x-amz-security-token')).toBeUndefined()
    expect(await headerAfter(auth, 'authorization')).toContain('AKIDEXAMPLE')
  })

  it('the service is execute-api unless another one is named', async () => {
    const { 'rest.auth.sigv4.service': _, ...rest } = properties
    expect(await headerAfter(await create(rest), 'authorization')).toContain('/eu-central-1/execute-api/')
  })

  it('the region may come from the environment', async () => {
    const { 'rest.auth.sigv4.region': _, ...rest } = properties
    const auth = await create(rest, { env: { AWS_REGION: 'eu-west-3' } })
    expect(await headerAfter(auth, 'authorization')).toContain('/eu-west-3/glue/')
  })

  it.each<[Properties, string]>([
    [{ 'rest.auth.sigv4.region': undefined }, 'Set rest.auth.sigv4.region: the region to sign for'],
    [{ 'rest.auth.sigv4.secret-access-key': undefined }, 'Set rest.auth.sigv4.secret-access-key: a key has'],
    [{ 'rest.auth.sigv4.access-key-id': undefined }, 'Set rest.auth.sigv4.access-key-id: a key has'],
    [{ 'rest.auth.sigv4.payload': 'maybe' }, 'rest.auth.sigv4.payload must be one of signed, unsigned'],
    [{ 'rest.auth.sigv4.expires-seconds': '0' }, 'must be a whole number from 1 to 604800'],
    [{ 'rest.auth.sigv4.service': 's3', 'rest.auth.sigv4.payload-header': 'none' }, 'need this header'],
    [{ 'rest.auth.sigv4.signing-name': 'glue' }, 'rest.auth.sigv4.signing-name is not a property'],
    [{ 'rest.auth.sigv4.delegate-auth-type': 'nobody' }, 'there is no provider "nobody"'],
    [{ 'rest.signing-region': 'us-east-1' }, 'say different things'],
    [{ 'rest.auth.sigv4.web-identity-auth-type': '::parent::' }, 'needs a session that this one belongs to'],
    [{ 'header.authorization': 'Bearer x' }, 'header.authorization is set beside rest.auth.type=sigv4'],
  ])('%j is refused', async (changes, message) => {
    expect(
      await messageOf(create({ ...properties, ...changes }, { env: { AWS_CONFIG_FILE: '/dev/null' } })),
    ).toContain(message)
  })

  it('rest.signing-region without a signature is refused', async () => {
    expect(await messageOf(create({ 'rest.signing-region': 'us-east-1' }))).toContain(
      'add rest.auth.type=sigv4',
    )
  })

  it('a name that the host contradicts is warned about', async () => {
    const warnings: string[] = []
    await create(properties, {
      uri: 'https://s3tables.eu-central-1.amazonaws.com/iceberg',
      warn: (message) => warnings.push(message),
    })
    expect(warnings).toEqual([expect.stringContaining('set rest.auth.sigv4.service=s3tables')])
  })

  it('access keys with characters that no scope can have are refused, without being repeated', async () => {
    const auth = await create({ ...properties, 'rest.auth.sigv4.access-key-id': 'a/b,c' })
    expect(await messageOf(auth.authenticate(aRequest()))).toContain('must be plain names')
  })
})

describe('a clock that is wrong', () => {
  it('is corrected by what the server says, with one more try, and right from then on', async () => {
    const server_ = testClock(Date.UTC(2026, 0, 1, 12))
    const client = testClock(Date.UTC(2026, 0, 1, 11, 20))
    const { url, received } = await server({ service: 'glue', now: server_.now })
    const auth = await create(properties, { now: client.now })
    const transport = fetchTransport()
    expect((await send({ method: 'GET', url }, { auth, transport })).status).toBe(200)
    expect(received).toHaveLength(2)
    expect((await send({ method: 'GET', url }, { auth, transport })).status).toBe(200)
    expect(received).toHaveLength(3)
  })

  it('is not suspected when the server just says no', async () => {
    const { url, received } = await server({ service: 'glue', secretOf: () => 'another' })
    const auth = await create(properties)
    expect((await send({ method: 'GET', url }, { auth, transport: fetchTransport() })).status).toBe(403)
    expect(received).toHaveLength(1)
  })

  it('is not read from an answer that a cache kept', async () => {
    const auth = await create(properties)
    const sent = await auth.authenticate(aRequest())
    const old = new Date(0).toUTCString()
    expect(await auth.onResponse?.(new Response(null, { status: 403, headers: { date: old } }), sent)).toBe(
      'retry',
    )
    const again = await auth.authenticate(aRequest())
    const cached = { date: new Date().toUTCString(), age: '60' }
    expect(
      await auth.onResponse?.(new Response(null, { status: 403, headers: cached }), again),
    ).toBeUndefined()
  })
})

it('what proxies write is not signed', async () => {
  const names = ['X-Forwarded-For', 'Via', 'Connection', 'User-Agent', 'X-Mine', 'X-Amzn-Trace-Id']
  const request = aRequest({ headers: [...names.map((name) => [name, 'x'] as const), ['X-Signed', 'x']] })
  const auth = await create({ ...properties, 'rest.auth.sigv4.unsigned-headers': 'X-Mine' })
  expect(await headerAfter(auth, 'authorization', request)).toContain(
    'SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-signed,',
  )
})

it('browsers sign the same as Node', async () => {
  const options = {
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    region: 'eu-central-1',
    service: 'glue',
    date: new Date(),
    rules: generalRules,
    payloadHash: sha256Hex('x'),
    unsignedHeaders: [],
  }
  const request = { method: 'GET', target: '/a?b=c', headers: [['host', 'example.com'] as const] }
  const header = { ...options, payloadHeader: true }
  expect(await webSigner().sign(request, header)).toEqual(await nodeSigner().sign(request, header))
  const query = { ...options, expiresSeconds: 60 }
  expect(await webSigner().presign(request, query)).toBe(await nodeSigner().presign(request, query))
  expect(await webSigner().sha256Hex(bytes('x'))).toBe(await nodeSigner().sha256Hex(bytes('x')))
})

it('Version 4A signs for a set of regions, so that its public key verifies', async () => {
  const auth = await create({
    'rest.auth.type': 'sigv4a',
    'rest.auth.sigv4a.region-set': 'us-east-1,eu-*',
    'rest.auth.sigv4a.service': 'vpc-lattice-svcs',
    'rest.access-key-id': 'AKIDEXAMPLE',
    'rest.secret-access-key': 'secret',
    token: 'abc',
  })
  const { headers } = await auth.authenticate(aRequest())
  expect(headerValue(headers, 'x-amz-region-set')).toBe('us-east-1,eu-*')
  const authorization = headerValue(headers, 'authorization') ?? ''
  const names = 'host;original-authorization;x-amz-content-sha256;x-amz-date;x-amz-region-set'
  expect(authorization).toContain(`/vpc-lattice-svcs/aws4_request, SignedHeaders=${names}, Signature=`)
  const date = headerValue(headers, 'x-amz-date') ?? ''
  const canonical = [
    'GET\n/v1/config\n',
    'host:catalog.example.com',
    'original-authorization:Bearer abc',
    'x-amz-content-sha256:UNSIGNED-PAYLOAD',
    `x-amz-date:${date}`,
    'x-amz-region-set:us-east-1,eu-*',
    `\n${names}\nUNSIGNED-PAYLOAD`,
  ].join('\n')
  const scope = `${date.slice(0, 8)}/vpc-lattice-svcs/aws4_request`
  const text = `AWS4-ECDSA-P256-SHA256\n${date}\n${scope}\n${sha256Hex(canonical)}`
  const key = createPublicKey(
    deriveAsymmetricKey('AKIDEXAMPLE', 'secret').publicKey.export({ format: 'pem', type: 'spki' }),
  )
  const signature = Buffer.from(authorization.split('Signature=')[1] ?? '', 'hex')
  expect(verify('sha256', Buffer.from(text), key, signature)).toBe(true)
})
