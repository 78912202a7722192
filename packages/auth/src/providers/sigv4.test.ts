import { createPublicKey, verify } from 'node:crypto'
import { deriveAsymmetricKey, sha256Hex } from '@headgate/sigv4'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Properties } from '../properties/auth-properties.ts'
import type { CreateOptions } from '../registry.ts'
import { createV4Signer as nodeSigner } from '../node/signers.ts'
import { createV4Signer as webSigner } from '../signing/web-signers.ts'
import { generalRules } from '@headgate/sigv4/web'
import { type OutgoingRequest, fetchTransport, headerValue, send } from '@headgate/http'
import type { HttpTestServer } from '@headgate/testkit'
import { aRequest, create, headerAfter, catchMessage, testClock } from '../../test/context.ts'
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

/** Sends a request to a server that verifies its signature, and returns the text of the response. */
async function sendVerified(
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

describe.each(['glue', 's3', 's3tables', 'execute-api', 'vpc-lattice-svcs'])('sigv4 for %s', (service) => {
  it.each(paths)(
    'sigv4 signs GET %s in headers and in the query, and the server accepts it',
    async (path) => {
      for (const form of ['header', 'query']) {
        const changes = { 'rest.auth.sigv4.service': service, 'rest.auth.sigv4.form': form }
        expect(await sendVerified(changes, { service }, { method: 'GET', path })).toBe('welcome')
      }
    },
  )

  it.each(['hex', 'base64'])(
    'sigv4 signs a body whose hash is encoded as %s, and the server accepts it',
    async (header) => {
      const changes = { 'rest.auth.sigv4.service': service, 'rest.auth.sigv4.payload-header': header }
      const headers = [
        ['Content-Type', 'application/json'],
        ['X-Two', 'a  b'],
        ['x-two', ' c'],
      ] as const
      const request = { method: 'POST', path: '/t', headers, body: bytes('{"a":1}') }
      expect(await sendVerified(changes, { service }, request)).toBe('welcome')
    },
  )
})

it('sigv4 signs the body unless payload=unsigned is set', async () => {
  const signed = await create(properties)
  const unsigned = await create({ ...properties, 'rest.auth.sigv4.payload': 'unsigned' })
  const hashes = await Promise.all(
    [signed, unsigned].map((auth) =>
      headerAfter(auth, 'x-amz-content-sha256', aRequest({ body: bytes('x') })),
    ),
  )
  expect(hashes).toEqual([sha256Hex(bytes('x')), 'UNSIGNED-PAYLOAD'])
  expect(await sendVerified({ 'rest.auth.sigv4.payload': 'unsigned' }, { service: 'glue' })).toBe('welcome')
})

it('sigv4 does not sign the body for VPC Lattice, which cannot verify it', async () => {
  const auth = await create({ ...properties, 'rest.auth.sigv4.service': 'vpc-lattice-svcs' })
  expect(await headerAfter(auth, 'x-amz-content-sha256', aRequest({ body: bytes('x') }))).toBe(
    'UNSIGNED-PAYLOAD',
  )
})

it('sigv4 encodes the hash as Iceberg for Java does: base64 for a body, hexadecimal digits for an empty body', async () => {
  const auth = await create({ ...properties, 'rest.auth.sigv4.payload-header': 'base64' })
  const hash = 'x-amz-content-sha256'
  expect(await headerAfter(auth, hash, aRequest({ body: bytes('x') }))).toBe(
    Buffer.from(sha256Hex(bytes('x')), 'hex').toString('base64'),
  )
  expect(await headerAfter(auth, hash)).toBe(sha256Hex(''))
})

it('sigv4 signs the hash of a stream and refuses a stream without a hash', async () => {
  const auth = await create(properties)
  const sha256 = sha256Hex('stream')
  expect(await headerAfter(auth, 'x-amz-content-sha256', aRequest({ body: { sha256 } }))).toBe(sha256)
  expect(await catchMessage(auth.authenticate(aRequest({ body: {} })))).toContain('set payload=unsigned')
})

describe('sigv4 with a delegate', () => {
  const basic = { 'rest.auth.basic.username': 'u', 'rest.auth.basic.password': 'p' }

  it('sigv4 with a delegate sends and signs the Authorization of the delegate as Original-Authorization', async () => {
    const { url, received } = await server({ service: 'glue' })
    const auth = await create({ ...properties, ...basic, 'rest.auth.sigv4.delegate-auth-type': 'basic' })
    const response = await send({ method: 'GET', url }, { auth, transport: fetchTransport() })
    expect(await response.text()).toBe('welcome')
    const headers = received[0]?.headers
    expect(headers?.['original-authorization']).toBe('Basic dTpw')
    expect(headers?.authorization).toMatch(/SignedHeaders=[^,]*original-authorization/)
  })

  it('sigv4 delegates to the bearer provider when a token is configured, as in Iceberg', async () => {
    const auth = await create({ ...properties, token: 'abc' })
    expect(await headerAfter(auth, 'original-authorization')).toBe('Bearer abc')
  })

  it('sigv4 with a delegate replaces an Original-Authorization header that the request already has', async () => {
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

  it.each(['sigv4', 'sigv4a'])(
    'sigv4 refuses a provider that signs requests as its delegate: %s',
    async (type) => {
      expect(
        await catchMessage(create({ ...properties, 'rest.auth.sigv4.delegate-auth-type': type })),
      ).toContain('must not be sigv4 or sigv4a')
    },
  )
})

describe('sigv4', () => {
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
  ])('sigv4 accepts the configuration in the spelling of %s', async (_, spelling) => {
    const auth = await create(spelling, { env: {} })
    const scope = /Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/glue\/aws4_request/
    expect(await headerAfter(auth, 'authorization')).toMatch(scope)
  })

  it('sigv4 prefers the keys of the catalog to the keys of the storage, including the session token', async () => {
    const auth = await create({
      ...properties,
      'client.access-key-id': 'STORAGE',
      'client.secret-access-key': 'x',
      'client.session-token': 'storage token',
    })
    expect(await headerAfter(auth, 'x-amz-security-token')).toBeUndefined()
    expect(await headerAfter(auth, 'authorization')).toContain('AKIDEXAMPLE')
  })

  it('sigv4 defaults to the service execute-api', async () => {
    const { 'rest.auth.sigv4.service': _, ...rest } = properties
    expect(await headerAfter(await create(rest), 'authorization')).toContain('/eu-central-1/execute-api/')
  })

  it('sigv4 reads the region from the environment', async () => {
    const { 'rest.auth.sigv4.region': _, ...rest } = properties
    const auth = await create(rest, { env: { AWS_REGION: 'eu-west-3' } })
    expect(await headerAfter(auth, 'authorization')).toContain('/eu-west-3/glue/')
  })

  it.each<[Properties, string]>([
    [{ 'rest.auth.sigv4.region': undefined }, 'Set rest.auth.sigv4.region: the region to sign for'],
    [
      { 'rest.auth.sigv4.secret-access-key': undefined },
      'Set rest.auth.sigv4.secret-access-key: static credentials need an id and a secret',
    ],
    [
      { 'rest.auth.sigv4.access-key-id': undefined },
      'Set rest.auth.sigv4.access-key-id: static credentials need an id and a secret',
    ],
    [{ 'rest.auth.sigv4.payload': 'maybe' }, 'rest.auth.sigv4.payload must be one of signed, unsigned'],
    [{ 'rest.auth.sigv4.expires-seconds': '0' }, 'must be a whole number from 1 to 604800'],
    [
      { 'rest.auth.sigv4.service': 's3', 'rest.auth.sigv4.payload-header': 'none' },
      'need the header x-amz-content-sha256',
    ],
    [{ 'rest.auth.sigv4.signing-name': 'glue' }, 'rest.auth.sigv4.signing-name is not a property'],
    [{ 'rest.auth.sigv4.delegate-auth-type': 'unknown' }, 'unknown provider "unknown"'],
    [{ 'rest.signing-region': 'us-east-1' }, 'have different values'],
    [{ 'rest.auth.sigv4.web-identity-auth-type': '::parent::' }, 'needs a parent session'],
    [
      { 'header.authorization': 'Bearer x' },
      'header.authorization and rest.auth.type=sigv4 both set the same header',
    ],
  ])('sigv4 refuses the configuration %j', async (changes, message) => {
    expect(
      await catchMessage(create({ ...properties, ...changes }, { env: { AWS_CONFIG_FILE: '/dev/null' } })),
    ).toContain(message)
  })

  it('sigv4 refuses rest.signing-region without rest.auth.type=sigv4', async () => {
    expect(await catchMessage(create({ 'rest.signing-region': 'us-east-1' }))).toContain(
      'add rest.auth.type=sigv4',
    )
  })

  it('sigv4 warns when the host belongs to another service', async () => {
    const warnings: string[] = []
    await create(properties, {
      uri: 'https://s3tables.eu-central-1.amazonaws.com/iceberg',
      warn: (message) => warnings.push(message),
    })
    expect(warnings).toEqual([expect.stringContaining('set rest.auth.sigv4.service=s3tables')])
  })

  it('sigv4 refuses an access key that cannot be part of a scope', async () => {
    const auth = await create({ ...properties, 'rest.auth.sigv4.access-key-id': 'a/b,c' })
    expect(await catchMessage(auth.authenticate(aRequest()))).toContain('must be plain names')
  })
})

describe('sigv4 with a wrong clock', () => {
  it('sigv4 corrects its clock with the Date header of a refusal, and requests one more attempt', async () => {
    const serverClock = testClock(Date.UTC(2026, 0, 1, 12))
    const clientClock = testClock(Date.UTC(2026, 0, 1, 11, 20))
    const { url, received } = await server({ service: 'glue', now: serverClock.now })
    const auth = await create(properties, { now: clientClock.now })
    const transport = fetchTransport()
    expect((await send({ method: 'GET', url }, { auth, transport })).status).toBe(200)
    expect(received).toHaveLength(2)
    expect((await send({ method: 'GET', url }, { auth, transport })).status).toBe(200)
    expect(received).toHaveLength(3)
  })

  it('sigv4 requests no second attempt when the date of the refusal is equal to its own clock', async () => {
    const { url, received } = await server({ service: 'glue', findSecret: () => 'another' })
    const auth = await create(properties)
    expect((await send({ method: 'GET', url }, { auth, transport: fetchTransport() })).status).toBe(403)
    expect(received).toHaveLength(1)
  })

  it('sigv4 does not correct its clock with the Date header of a cached response', async () => {
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

it('sigv4 leaves headers that proxies change unsigned', async () => {
  const names = ['X-Forwarded-For', 'Via', 'Connection', 'User-Agent', 'X-Mine', 'X-Amzn-Trace-Id']
  const request = aRequest({ headers: [...names.map((name) => [name, 'x'] as const), ['X-Signed', 'x']] })
  const auth = await create({ ...properties, 'rest.auth.sigv4.unsigned-headers': 'X-Mine' })
  expect(await headerAfter(auth, 'authorization', request)).toContain(
    'SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-signed,',
  )
})

it('the signer for browsers returns the signatures of the signer for Node', async () => {
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

it('sigv4a signs for a set of regions, and the public key of the access key verifies the signature', async () => {
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
