import { describe, expect, test } from 'vitest'
import { parseRequest } from './incoming/parse-request.ts'
import { signFetch } from './sign-fetch-node.ts'
import { UNSIGNED_PAYLOAD } from './payload-hashes.ts'
import { verifySignature } from './verify-signature.ts'
import { sha256Hex } from './sha256-hex.ts'
import { signFetch as signFetchOnWeb } from './web/index.ts'

const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' }
const options = { credentials, region: 'eu-central-1', service: 's3' }

/** Verifies a request as a server does, and returns its payload hash. */
async function verify(request: Request): Promise<string> {
  const { host, pathname, search } = new URL(request.url)
  const headers = [['host', host] as const, ...request.headers]
  const policy = { services: ['s3'], regions: ['eu-central-1'], now: new Date() }
  const parsed = parseRequest({ method: request.method, target: pathname + search, headers }, policy)
  if (!parsed.ok) throw new Error(parsed.refusal.code)
  const verified = verifySignature(parsed.value, credentials.secretAccessKey)
  if (!verified.ok) throw new Error(verified.refusal.code)
  return request.headers.get('x-amz-content-sha256') ?? ''
}

describe.each([
  ['node:crypto', signFetch],
  ['Web Crypto', signFetchOnWeb],
])('signFetch with %s', (_, sign) => {
  test('signFetch derives host, date and hash of the body', async () => {
    const put = { method: 'PUT', body: 'hello', headers: { 'x-team': 'core' } }
    const request = await sign('https://bucket.example.com:8443/a%20b?x=1&y', put, options)
    expect(await verify(request)).toBe(sha256Hex('hello'))
    expect(request.headers.get('authorization')).toContain('x-team')
    expect(await request.text()).toBe('hello')
  })

  test('signFetch signs a request without a body', async () => {
    const request = await sign(new URL('https://bucket.example.com/'), undefined, options)
    expect(await verify(request)).toBe(sha256Hex(''))
  })

  test('signFetch does not sign the content of a stream', async () => {
    const init = { method: 'PUT', body: new Blob(['hello']).stream() }
    const request = await sign('https://bucket.example.com/', init, options)
    expect(await verify(request)).toBe(UNSIGNED_PAYLOAD)
    expect(await request.text()).toBe('hello')
  })
})
