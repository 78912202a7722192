import { findMinio, type Minio, needsMinio, startMinio } from '@headgate/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signForTable, type SigningOptions } from '../../../src/credentials/signing/sign.ts'

type Headers = Readonly<Record<string, string>>

interface Sending {
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly unsigned?: Headers
  /** When true, the signer allows requests for the whole bucket. */
  readonly everywhere?: boolean
}

const secret = '/lake/wh/u/secret'
const own = '/lake/wh/t'

let minio: Minio
let options: SigningOptions

/** Signs a request for the table `wh/t`, and sends it with these headers in addition to the signed ones. */
async function send(
  method: string,
  path: string,
  { body = '', unsigned = {}, everywhere = false }: Sending = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const request = { method, region: minio.region, uri: `${minio.endpoint}${path}`, headers: {}, body: null }
  const signed = signForTable(request, everywhere ? { ...options, prefixes: ['s3://lake/'] } : options)
  const sent = Object.entries(signed.headers).map(([name, [value = '']]): [string, string] => [name, value])
  const response = await fetch(signed.uri, {
    method,
    headers: { ...Object.fromEntries(sent), ...unsigned },
    ...(method === 'PUT' ? { body } : {}),
  })
  return { status: response.status, text: await response.text() }
}

const read = async (path: string): Promise<string> => (await send('GET', path, { everywhere: true })).text

/** Returns a tape archive (POSIX ustar) with one file. */
function makeArchive(name: string, content: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.alloc(2048)
  bytes.write(name, 0)
  bytes.write('0000644\0', 100)
  bytes.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124)
  bytes.write(' '.repeat(8), 148)
  bytes.write('0ustar\0', 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  bytes.write(content, 512)
  return bytes
}

if (findMinio() === undefined) {
  test.skip(needsMinio('signed requests on MinIO'))
} else {
  describe('Headers that are added to a signed request on MinIO', () => {
    beforeAll(async () => {
      minio = await startMinio({ buckets: ['lake'] })
      const { endpoint, region, accessKeyId, secretAccessKey } = minio
      options = {
        place: { endpoint, region, pathStyle: true },
        keys: { accessKeyId, secretAccessKey },
        prefixes: ['s3://lake/wh/t/'],
        permission: 'read-write',
        now: new Date(),
      }
      expect((await send('PUT', secret, { body: 'secret', everywhere: true })).status).toBe(200)
    })
    afterAll(() => minio[Symbol.asyncDispose]())

    test('unsigned headers do not change a signed write', async () => {
      expect((await send('PUT', `${own}/a`, { body: 'mine' })).status).toBe(200)
      expect(await read(`${own}/a`)).toBe('mine')
    })

    test.each<[string, Headers]>([
      ['alone', {}],
      [
        'with a condition that is true',
        { 'x-amz-copy-source-if-unmodified-since': new Date(Date.now() + 9e7).toUTCString() },
      ],
      ['with another entity tag', { 'x-amz-copy-source-if-none-match': '"x"' }],
    ])(
      'unsigned headers do not turn a signed write into a copy of another object (source %s)',
      async (_, more) => {
        const unsigned = { 'x-amz-copy-source': secret, ...more }
        expect((await send('PUT', `${own}/stolen`, { unsigned })).status).toBeGreaterThanOrEqual(400)
        expect(await read(`${own}/stolen`)).not.toContain('secret')
      },
    )

    test('unsigned headers do not turn a signed part upload into a copy', async () => {
      const begun = await send('POST', `${own}/deps?uploads`)
      const id = /<UploadId>([^<]+)/.exec(begun.text)?.[1] ?? ''
      const path = `${own}/deps?partNumber=1&uploadId=${encodeURIComponent(id)}`
      expect((await send('PUT', path, { body: 'mine' })).status).toBe(200)
      const stolen = await send('PUT', path, { unsigned: { 'x-amz-copy-source': secret } })
      expect(stolen.status).toBe(412)
    })

    test('unsigned headers do not make MinIO unpack an archive', async () => {
      const body = makeArchive('secret', 'overwritten')
      const unsigned = {
        'x-amz-meta-snowball-auto-extract': 'true',
        'x-amz-meta-minio-snowball-prefix': 'wh/u',
      }
      expect((await send('PUT', `${own}/a.tar`, { body, unsigned })).status).toBeGreaterThanOrEqual(400)
      const snowball = { 'x-amz-meta-minio-snowball-prefix': 'wh/u' }
      expect((await send('PUT', `${own}/a.tar`, { body, unsigned: snowball })).status).toBe(200)
      expect(await read(secret)).toBe('secret')
    })
  })
}
