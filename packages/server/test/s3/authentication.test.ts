import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { presign, type Header } from '@headgate/sigv4'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintS3Session } from '../../src/credentials/s3-session.ts'
import { addKey, promoteKey } from '../../src/keys/rotate.ts'
import { KeyRing } from '../../src/keys/key-ring.ts'
import { codeIn, outcome, type RawSigning, sdkClient, signedHeaders } from './client.ts'
import { bucket, bucket as Bucket, makeClaims, region, type TestEndpoint, testEndpoint } from './endpoint.ts'

let endpoint: TestEndpoint
beforeAll(async () => {
  endpoint = await testEndpoint({ hostSuffix: 'gateway.test' })
  const client = sdkClient(endpoint.url, endpoint.mint())
  await client.send(new PutObjectCommand({ Bucket, Key: 'wh/t1/object', Body: 'bytes' }))
})
afterAll(() => endpoint[Symbol.asyncDispose]())

const path = `/${bucket}/wh/t1/object`

async function get(target: string, headers: readonly Header[] = []): Promise<string> {
  const response = await fetch(endpoint.url + target, {
    headers: Object.fromEntries(headers.filter(([name]) => name !== 'host')),
  })
  const text = await response.text()
  const code = codeIn(text)
  return code === undefined ? `${response.status} ${text}` : `${response.status} ${code}`
}

const signed = (signing: Partial<RawSigning> = {}): Promise<string> =>
  get(path, signedHeaders(endpoint.url, 'GET', path, { credentials: endpoint.mint(), ...signing }))

const lastReason = (): unknown => endpoint.events.at(-1)?.['reason']

describe('A signature', () => {
  test('a signature in the headers authenticates an S3 request', async () => {
    expect(await signed()).toBe('200 bytes')
  })

  test('a signature in the query authenticates S3 reads and writes', async () => {
    const options = {
      credentials: endpoint.mint(),
      region,
      service: 's3',
      date: new Date(),
      expiresSeconds: 60,
    }
    const headers: Header[] = [['host', new URL(endpoint.url).host]]
    expect(await get(presign({ method: 'GET', target: path, headers }, options))).toBe('200 bytes')
    const target = presign({ method: 'PUT', target: `${path}-2`, headers }, options)
    expect((await fetch(endpoint.url + target, { method: 'PUT', body: 'presigned' })).status).toBe(200)
    expect((await fetch(endpoint.url + target)).status).toBe(403)
    const late = { ...options, date: new Date(Date.now() - 120_000) }
    expect(await get(presign({ method: 'GET', target: path, headers }, late))).toBe('403 AccessDenied')
    expect(lastReason()).toMatch(/expired/)
    for (const expires of ['0', '604801', 'x', '']) {
      const endless = presign({ method: 'GET', target: path, headers }, options)
      const changed = endless.replace('X-Amz-Expires=60', `X-Amz-Expires=${expires}`)
      expect(await get(changed)).toBe('400 AuthorizationQueryParametersError')
    }
  })

  test('an S3 request without a signature is refused', async () => {
    expect(await get(path)).toBe('403 AccessDenied')
    expect(lastReason()).toMatch(/no-authentication/)
    expect(endpoint.events.at(-1)).toMatchObject({ principal: 'unidentified', outcome: 'denied' })
  })

  test('a signature with another secret, for another path, or of a request that was changed in transit is refused', async () => {
    const credentials = endpoint.mint()
    const other = { ...credentials, secretAccessKey: endpoint.mint().secretAccessKey }
    expect(await signed({ credentials: other })).toBe('403 SignatureDoesNotMatch')
    const headers = signedHeaders(endpoint.url, 'GET', `${path}2`, { credentials })
    expect(await get(path, headers)).toBe('403 SignatureDoesNotMatch')
    const more: Header[] = [
      ...signedHeaders(endpoint.url, 'GET', path, { credentials }),
      ['x-amz-meta-a', 'b'],
    ]
    expect(await get(path, more)).toBe('403 AccessDenied')
    expect(lastReason()).toMatch(/header-not-signed/)
  })

  test('a signature with a wrong time or region gets an error with the values that the SDK needs to sign again', async () => {
    expect(await signed({ date: new Date(Date.now() - 16 * 60_000) })).toBe('403 RequestTimeTooSkewed')
    const headers = signedHeaders(endpoint.url, 'GET', path, {
      credentials: endpoint.mint(),
      region: 'us-west-2',
    })
    const response = await fetch(endpoint.url + path, {
      headers: Object.fromEntries(headers.filter(([name]) => name !== 'host')),
    })
    const text = await response.text()
    expect([response.status, codeIn(text)]).toEqual([400, 'AuthorizationHeaderMalformed'])
    expect(text).toContain(`<Region>${region}</Region>`)
  })
})

describe('A session', () => {
  test('an S3 request of an expired session results in the error ExpiredToken', async () => {
    const credentials = endpoint.mint({ expiresAt: Date.now() - 1 })
    expect(await signed({ credentials })).toBe('403 ExpiredToken')
    const client = sdkClient(endpoint.url, credentials)
    expect(await outcome(client.send(new GetObjectCommand({ Bucket, Key: 'wh/t1/object' })))).toBe(
      '403 ExpiredToken',
    )
  })

  test('HEAD with an expired session gets status 403, and a header contains the code ExpiredToken', async () => {
    const head = async (claims: Parameters<TestEndpoint['mint']>[0], revoked = false): Promise<string> => {
      const credentials = endpoint.mint(claims)
      if (revoked) endpoint.revoked.add(credentials.accessKeyId)
      const headers = signedHeaders(endpoint.url, 'HEAD', path, { credentials })
      const response = await fetch(endpoint.url + path, {
        method: 'HEAD',
        headers: Object.fromEntries(headers.filter(([name]) => name !== 'host')),
      })
      return `${response.status} ${response.headers.get('x-amz-error-code')}`
    }
    expect(await head({ expiresAt: Date.now() - 1 })).toBe('403 ExpiredToken')
    // The error code differs from ExpiredToken, so that clients do not repeatedly refresh the keys of a
    // revoked session.
    expect(await head({}, true)).toBe('403 AccessDenied')
  })

  test('an S3 request without its session token is refused', async () => {
    const { accessKeyId, secretAccessKey } = endpoint.mint()
    expect(await signed({ credentials: { accessKeyId, secretAccessKey } })).toBe('403 InvalidAccessKeyId')
  })

  test('an S3 request with a truncated, modified or invented session token, or one of another key, results in the error InvalidToken', async () => {
    const credentials = endpoint.mint()
    const { sessionToken } = credentials
    const flipped =
      sessionToken.slice(0, -5) + (sessionToken.at(-5) === 'A' ? 'B' : 'A') + sessionToken.slice(-4)
    const wrong = [
      sessionToken.slice(0, -4),
      flipped,
      `x${sessionToken}`,
      'x.y',
      'x'.repeat(9000),
      endpoint.mint().sessionToken,
      sessionToken.slice(0, sessionToken.indexOf('.') + 1),
    ]
    for (const token of wrong)
      expect(await signed({ credentials: { ...credentials, sessionToken: token } })).toBe('400 InvalidToken')
  })

  test('an S3 request with an access key of another server results in an error without details', async () => {
    const credentials = { ...endpoint.mint(), accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
    expect(await signed({ credentials })).toBe('400 InvalidToken')
  })

  test('the next S3 request of a revoked session is refused, and the audit event names the principal', async () => {
    const credentials = endpoint.mint()
    expect(await signed({ credentials })).toBe('200 bytes')
    endpoint.revoked.add(credentials.accessKeyId)
    expect(await signed({ credentials })).toBe('403 AccessDenied')
    expect(endpoint.events.at(-1)).toMatchObject({ principal: 'ada', outcome: 'denied' })
    expect(lastReason()).toMatch(/privilege was revoked/)
  })

  test('the server authenticates a request before it authorizes it, so that a caller without the secret learns nothing about revocations', async () => {
    const credentials = endpoint.mint()
    endpoint.revoked.add(credentials.accessKeyId)
    const forged = { ...credentials, secretAccessKey: 'guessed' }
    expect(await signed({ credentials: forged })).toBe('403 SignatureDoesNotMatch')
  })

  test('a session token that another replica sealed with a new key is valid', async () => {
    const sql = endpoint.sql
    await using other = await KeyRing.open({ sql, master: endpoint.master })
    const id = await addKey(sql, endpoint.master, 's3-session')
    await promoteKey(sql, id, 0)
    await other.reload()
    // The replica loads the key ring when it receives the notification, or when the minimum time after its
    // last load has passed.
    const sent = (): Promise<unknown> => signed({ credentials: mintS3Session(other, makeClaims()) })
    await expect.poll(sent).toBe('200 bytes')
  })
})

test('A refusal of the S3 endpoint contains the error code and no further reason', async () => {
  const response = await fetch(endpoint.url + path)
  const text = await response.text()
  expect(text).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access denied.</Message>' +
      `<RequestId>${response.headers.get('x-amz-request-id')}</RequestId></Error>`,
  )
  const head = await fetch(endpoint.url + path, { method: 'HEAD' })
  expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([403, '', '0'])
})

test('The S3 endpoint reads the bucket from the Host header or from the path', async () => {
  const credentials = endpoint.mint()
  const host = `${bucket}.gateway.test:${endpoint.port}`
  const ask = (target: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = signedHeaders(`http://${host}`, 'GET', target, { credentials })
      const sent = request(
        { port: endpoint.port, host: '127.0.0.1', path: target, headers: headers.flat() },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () => resolve(`${response.statusCode} ${codeIn(text) ?? text}`))
        },
      )
      sent.on('error', reject)
      sent.end()
    })
  expect(await ask('/wh/t1/object')).toBe('200 bytes')
  expect(await ask('/wh/t2/object')).toBe('403 AccessDenied')
  expect(await ask(`/${bucket}/wh/t1/object`)).toBe('403 AccessDenied')
})

test('Log lines and audit events of the S3 endpoint contain no secrets', async () => {
  const credentials = endpoint.mint()
  await signed({ credentials })
  await signed({ credentials: { ...credentials, secretAccessKey: `${credentials.secretAccessKey}x` } })
  const client = sdkClient(endpoint.url, credentials)
  await outcome(client.send(new DeleteObjectCommand({ Bucket, Key: 'wh/t2/x' })))
  const written = JSON.stringify(endpoint.events) + endpoint.lines.join('')
  expect(written).not.toContain(credentials.sessionToken.slice(20, 60))
  expect(written).not.toContain(credentials.secretAccessKey)
  expect(written).toContain('outside the prefixes of the session')
})
