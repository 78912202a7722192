import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signForTable, type SigningOptions, type SignRequest } from './sign.ts'

const endpoint = 'http://127.0.0.1:9000'
const options: SigningOptions = {
  place: { endpoint, region: 'us-east-1', pathStyle: true },
  keys: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  prefixes: ['s3://lake/wh/t/'],
  permission: 'read-write',
  now: new Date('2026-01-01T00:00:00Z'),
}

function request(method: string, path: string, more: Partial<SignRequest> = {}): SignRequest {
  return { method, region: 'us-east-1', uri: `${endpoint}${path}`, headers: {}, body: null, ...more }
}

const aws: SigningOptions = {
  ...options,
  place: { endpoint: null, region: 'eu-central-1', pathStyle: false },
}

function inAws(method: string, path: string): SignRequest {
  const uri = `https://lake.s3.eu-central-1.amazonaws.com${path}`
  return request(method, '', { uri, region: 'eu-central-1' })
}

function outcome(wanted: SignRequest, on: SigningOptions = options): string {
  try {
    const { headers } = signForTable(wanted, on)
    return headers['authorization']?.[0]?.startsWith('AWS4-HMAC-SHA256 ') === true ? 'signed' : 'unsigned'
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

const deleting = (...keys: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${keys
    .map((key) => `<Object><Key>${key}</Key></Object>`)
    .join('')}</Delete>`

describe('signForTable signs the requests that table formats need', () => {
  test.each([
    ['reading', request('GET', '/lake/wh/t/data/a.parquet')],
    ['asking', request('HEAD', '/lake/wh/t/data/a%20b.parquet')],
    ['writing', request('PUT', '/lake/wh/t/data/a.parquet')],
    ['a part of an upload', request('PUT', '/lake/wh/t/a?partNumber=1&uploadId=x')],
    ['the start of an upload', request('POST', '/lake/wh/t/a?uploads')],
    ['the end of an upload', request('POST', '/lake/wh/t/a?uploadId=x')],
    ['deleting', request('DELETE', '/lake/wh/t/a')],
    ['listing', request('GET', '/lake?list-type=2&prefix=wh%2Ft%2Fdata%2F')],
  ])('%s', (_, wanted) => {
    expect(outcome(wanted)).toBe('signed')
  })

  test('signForTable signs a bulk delete at AWS, which compares the body with the signed hash', () => {
    const wanted = { ...inAws('POST', '/?delete'), body: deleting('wh/t/a', 'wh/t/b&amp;c') }
    expect(outcome(wanted, aws)).toBe('signed')
    expect(outcome(request('POST', '/lake?delete', { body: deleting('wh/t/a') }))).toBe('forbidden')
  })

  test('signForTable accepts the bucket in the host name', () => {
    const named = {
      ...options,
      place: { ...options.place, endpoint: 'http://store.example:9000', pathStyle: false },
    }
    const uri = 'http://lake.store.example:9000/wh/t/a'
    expect(outcome(request('GET', '', { uri }), named)).toBe('signed')
    expect(outcome(inAws('GET', '/wh/t/a'), aws)).toBe('signed')
  })

  test('signForTable signs requests to both buckets of a table with locations in two buckets', () => {
    const both = { ...options, prefixes: [...options.prefixes, 's3://more/t/'] }
    expect(outcome(request('PUT', '/more/t/a'), both)).toBe('signed')
    expect(outcome(request('GET', '/more?list-type=2&prefix=t%2F'), both)).toBe('signed')
    for (const path of ['/more/wh/t/a', '/lake/t/a', '/more', '/mor/e/t/a', '/more2/t/a'])
      expect(outcome(request('GET', path), both)).toBe('forbidden')
  })

  test('signForTable adds the guard headers to a write at a store on a virtual machine in AWS, because such a store is not AWS S3', () => {
    const endpoint = 'https://ec2-192-0-2-1.compute-1.amazonaws.com'
    const hosted = { ...options, place: { ...options.place, endpoint } }
    const { headers } = signForTable(request('PUT', '', { uri: `${endpoint}/lake/wh/t/a` }), hosted)
    expect(headers).toHaveProperty('x-amz-copy-source-if-match')
  })

  test('signForTable accepts the domain of AWS in China only in regions in China', () => {
    const region = 'cn-north-1'
    const china: SigningOptions = { ...aws, place: { ...aws.place, region } }
    for (const host of [`lake.s3.${region}.amazonaws.com.cn`, `s3.${region}.amazonaws.com.cn/lake`])
      expect(outcome(request('GET', '', { uri: `https://${host}/wh/t/a`, region }), china)).toBe('signed')
    for (const host of [`lake.s3.${region}.amazonaws.com`, `s3.${region}.amazonaws.com/lake`])
      expect(outcome(request('GET', '', { uri: `https://${host}/wh/t/a`, region }), china)).toBe('forbidden')
    const abroad = 'https://lake.s3.eu-central-1.amazonaws.com.cn/wh/t/a'
    expect(outcome(request('GET', '', { uri: abroad, region: 'eu-central-1' }), aws)).toBe('forbidden')
  })

  // Clients change these headers after signing, and the signature must stay valid: Iceberg's client reuses a signature
  // for other ranges of the same object, and the AWS SDK writes the number of the attempt into `amz-sdk-request`.
  test('signForTable returns headers that differ between attempts or ranges without signing them', () => {
    const varying = {
      Range: ['bytes=0-99'],
      'amz-sdk-request': ['attempt=1; max=4'],
      'amz-sdk-invocation-id': ['x'],
    }
    const { headers } = signForTable(
      request('GET', '/lake/wh/t/a', { headers: { ...varying, 'x-amz-te': ['append-md5'] } }),
      options,
    )
    expect(headers['authorization']?.[0]).toContain(
      'SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-te,',
    )
    expect(headers).toMatchObject({ range: ['bytes=0-99'], 'amz-sdk-request': ['attempt=1; max=4'] })
  })

  test('signForTable marks only signatures for reads of single objects as cacheable', () => {
    expect(signForTable(request('GET', '/lake/wh/t/a'), options).isCacheable).toBe(true)
    expect(signForTable(request('PUT', '/lake/wh/t/a'), options).isCacheable).toBe(false)
    expect(signForTable(request('GET', '/lake?list-type=2&prefix=wh/t/'), options).isCacheable).toBe(false)
  })
})

describe('signForTable has an allow-list of headers', () => {
  const withHeader = (name: string, value = 'x', method = 'PUT'): SignRequest =>
    request(method, '/lake/wh/t/a', { headers: { [name]: [value] } })

  // Headers of Iceberg Java (AWS SDK 2), PyIceberg (botocore) and the AWS SDK for JavaScript, as the sign operation receives them.
  test.each([
    'Content-Length',
    'Content-Type',
    'Content-MD5',
    'Content-Encoding',
    'If-Match',
    'If-None-Match',
    'x-amz-te',
    'x-amz-trailer',
    'x-amz-decoded-content-length',
    'x-amz-checksum-crc32',
    'x-amz-checksum-crc64nvme',
    'x-amz-checksum-mode',
    'x-amz-sdk-checksum-algorithm',
    'x-amz-mp-object-size',
    'x-amz-user-agent',
    'x-amz-server-side-encryption',
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-server-side-encryption-customer-key-MD5',
  ])('signForTable signs and returns header %s', (name) => {
    const { headers } = signForTable(withHeader(name), options)
    const signedNames = /SignedHeaders=([^,]+)/.exec(headers['authorization']?.[0] ?? '')?.[1]?.split(';')
    expect(signedNames).toContain(name.toLowerCase())
    expect(headers[name.toLowerCase()]).toEqual(['x'])
  })

  test.each(['Range', 'User-Agent', 'amz-sdk-invocation-id', 'amz-sdk-request', 'amz-sdk-retry', 'Expect'])(
    'signForTable returns header %s, but does not sign it',
    (name) => {
      const { headers } = signForTable(withHeader(name), options)
      expect(headers['authorization']?.[0]).not.toContain(name.toLowerCase())
      expect(headers[name.toLowerCase()]).toEqual(['x'])
    },
  )

  test.each(['traceparent', 'cache-control', 'x-custom', 'x-goog-copy-source', 'x-oss-object-acl'])(
    'signForTable neither signs nor returns header %s',
    (name) => {
      const { headers } = signForTable(withHeader(name), options)
      expect(headers['authorization']?.[0]).not.toContain(name)
      expect(headers).not.toHaveProperty(name)
    },
  )

  test.each([
    'x-amz-acl',
    'x-amz-copy-source',
    'X-Amz-Copy-Source',
    'x-amz-copy-source-range',
    'x-amz-rename-source',
    'x-amz-grant-full-control',
    'x-amz-grant-read',
    'x-amz-website-redirect-location',
    'x-amz-tagging',
    'x-amz-meta-a',
    'x-amz-storage-class',
    'x-amz-object-lock-mode',
    'x-amz-bypass-governance-retention',
    'x-amz-mfa',
    'x-amz-request-payer',
    'x-amz-metadata-directive',
    'x-amz-write-offset-bytes',
    'x-amz-header-of-tomorrow',
    'x-amz-security-token',
    'x-amz-date',
    'x-minio-force-delete',
    'authorization',
    'cookie',
  ])('signForTable refuses a request with header %s, and the error names the header', (name) => {
    for (const method of ['PUT', 'GET', 'DELETE', 'POST']) {
      expect(outcome(withHeader(name, 'x', method))).toBe('forbidden')
      expect(() => signForTable(withHeader(name, 'x', method), options)).toThrow(name.toLowerCase())
    }
  })

  test('signForTable refuses a copy even within the table, because no Iceberg client sends one', () => {
    expect(outcome(withHeader('x-amz-copy-source', '/lake/wh/t/b'))).toBe('forbidden')
  })
})

describe('signForTable refuses any other request', () => {
  test.each([
    ['a sibling', request('GET', '/lake/wh/t2/a')],
    ['the parent', request('GET', '/lake/wh/a')],
    ['another bucket', request('GET', '/other/wh/t/a')],
    ['a bucket whose name has the same beginning', request('GET', '/lake2/wh/t/a')],
    ['a list of the whole bucket', request('GET', '/lake?list-type=2')],
    ['a list without the slash', request('GET', '/lake?list-type=2&prefix=wh/t')],
    ['a list of a sibling', request('GET', '/lake?list-type=2&prefix=wh/t2/')],
    ['two prefixes', request('GET', '/lake?list-type=2&prefix=wh/t/&prefix=')],
    ['an access list', request('PUT', '/lake/wh/t/a?acl')],
    ['a policy', request('PUT', '/lake?policy')],
    ['the bucket itself', request('DELETE', '/lake')],
    ['an old version', request('DELETE', '/lake/wh/t/a?versionId=1')],
    [
      'a header that makes the object public',
      request('PUT', '/lake/wh/t/a', { headers: { 'x-amz-acl': ['public-read'] } }),
    ],
    [
      'a header that unpacks the object',
      request('PUT', '/lake/wh/t/a.tar', { headers: { 'X-Amz-Meta-Snowball-Auto-Extract': ['true'] } }),
    ],
    [
      'a header that unpacks the object in another place',
      request('PUT', '/lake/wh/t/a.tar', { headers: { 'x-amz-meta-minio-snowball-prefix': ['wh/u'] } }),
    ],
    [
      'a copy condition without a copy',
      request('PUT', '/lake/wh/t/a', { headers: { 'x-amz-copy-source-if-match': ['x'] } }),
    ],
    ['another session token', request('GET', '/lake/wh/t/a', { headers: { 'x-amz-security-token': ['x'] } })],
    ['another store', request('GET', '', { uri: 'http://127.0.0.1:9001/lake/wh/t/a' })],
    ['another scheme', request('GET', '', { uri: 'https://127.0.0.1:9000/lake/wh/t/a' })],
    ['user information', request('GET', '', { uri: 'http://u:p@127.0.0.1:9000/lake/wh/t/a' })],
    ['dots that are encoded twice', request('GET', '/lake/wh/t/%252e%252e/u/a')],
  ])('%s', (_, wanted) => {
    // In a path that is encoded twice, %25 decodes to a percent sign, which a key may contain. The object is still
    // below the table, because the store decodes the key in the same way.
    expect(outcome(wanted)).toBe(wanted.uri.includes('%25') ? 'signed' : 'forbidden')
  })

  test.each(['/lake/wh/t/../u/a', '/lake/wh/t/%2e%2e/u/a', '/lake/wh/t/.%2E/u/a', '/lake/wh/t\\..\\u/a'])(
    'signForTable refuses dot segments: %s',
    (path) => {
      expect(outcome(request('GET', path))).toBe('bad-request')
    },
  )

  test.each([
    ['of others', deleting('wh/t/a', 'wh/u/a')],
    ['unseen', null],
    ['in disguise', `<!DOCTYPE d>${deleting('wh/t/a')}`],
    ['of an object version', deleting('wh/t/a</Key><VersionId>1</VersionId><Key>wh/t/a')],
    ['of two keys in one object', deleting('wh/t/a</Key><Key>wh/u/a')],
    ['of nothing', deleting()],
    ['of a truncated document', deleting('wh/t/a').slice(0, -1)],
  ])('signForTable refuses a bulk delete %s', (_, body) => {
    expect(outcome({ ...inAws('POST', '/?delete'), body }, aws)).toBe('forbidden')
  })

  test('signForTable refuses a bucket in the host name when the store reads the bucket from the path', () => {
    const named = {
      ...options,
      place: { ...options.place, endpoint: 'http://store.example:9000' },
      prefixes: ['s3://lake/other/'],
    }
    const uri = 'http://lake.store.example:9000/other/secret'
    expect(outcome(request('GET', '', { uri }), named)).toBe('forbidden')
  })

  test('signForTable refuses a path with %2F or with dots inside a segment', () => {
    expect(outcome(request('GET', '/lake/wh/t/..%2Fu%2Fa'))).toBe('forbidden')
  })

  test('signForTable signs a bulk delete with its body, so that the client cannot send another body', () => {
    const body = deleting('wh/t/a')
    const wanted = inAws('POST', '/?delete')
    const { headers } = signForTable({ ...wanted, body }, aws)
    const digest = createHash('sha256').update(body).digest('hex')
    expect(headers['x-amz-content-sha256']).toEqual([digest])
    expect(headers['authorization']?.[0]).toContain('x-amz-content-sha256')
    const other = createHash('sha256').update(deleting('wh/u/a')).digest('hex')
    for (const hash of [other, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']) {
      const lying = { ...wanted, body, headers: { 'x-amz-content-sha256': [hash] } }
      expect(outcome(lying, aws)).toBe('forbidden')
    }
  })

  test.each<[Readonly<Record<string, readonly string[]>>]>([
    [{ 'x-amz-copy-source ': ['/x'] }],
    [{ 'a\nb': ['x'] }],
    [{ a: ['€'] }],
    [{ a: ['x\r\ny: z'] }],
  ])('signForTable refuses malformed headers: %j', (headers) => {
    expect(outcome(request('GET', '/lake/wh/t/a', { headers }))).toBe('bad-request')
  })

  test('signForTable signs only reads for a caller with permission read', () => {
    const reading = { ...options, permission: 'read' } as const
    expect(outcome(request('GET', '/lake/wh/t/a'), reading)).toBe('signed')
    for (const wanted of [
      request('PUT', '/lake/wh/t/a'),
      request('DELETE', '/lake/wh/t/a'),
      request('POST', '/lake/wh/t/a?uploads'),
      request('POST', '/lake?delete', { body: deleting('wh/t/a') }),
    ]) {
      expect(outcome(wanted, reading)).toBe('forbidden')
    }
  })
})
