import { S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3'
import type { Credentials } from '@headgate/sigv4'
import { type Header, sha256Hex, signRequest } from '@headgate/sigv4'
import { region } from './endpoint.ts'

/** Creates Amazon's own client with the settings that the gateway issues. */
export function sdkClient(url: string, credentials: Credentials, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint: url,
    region,
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
    ...config,
  })
}

/** Returns the status of a client call, or for a failed call the status and the error code, such as `404 NoSuchKey`. */
export async function outcome(
  call: Promise<{ $metadata: { httpStatusCode?: number | undefined } }>,
): Promise<string> {
  try {
    return String((await call).$metadata.httpStatusCode)
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error
    return `${error.$metadata.httpStatusCode} ${error.name}`
  }
}

export interface RawSigning {
  readonly credentials: Credentials
  readonly body?: Uint8Array | string
  readonly headers?: readonly Header[]
  readonly payloadHash?: string
  readonly date?: Date
  readonly region?: string
}

/** Signs the headers of a request with this repository's signer, so that its target stays unchanged. */
export function signedHeaders(
  url: string,
  method: string,
  target: string,
  { credentials, body = '', headers = [], payloadHash, date, region: named }: RawSigning,
): Header[] {
  const requestHeaders: Header[] = [['host', new URL(url).host], ...headers]
  const signed = signRequest(
    { method, target, headers: requestHeaders },
    {
      credentials,
      region: named ?? region,
      service: 's3',
      date: date ?? new Date(),
      payloadHash: payloadHash ?? sha256Hex(typeof body === 'string' ? Buffer.from(body) : body),
    },
  )
  return [...requestHeaders, ...signed.headers]
}

/** Writes a whole request as bytes, for a socket. */
export function rawRequest(
  method: string,
  target: string,
  headers: readonly Header[],
  body: Uint8Array | string = '',
): Buffer {
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${head}\r\n`, 'latin1'),
    Buffer.from(body),
  ])
}

/** Returns the error code in an XML error document. */
export function codeIn(xml: string): string | undefined {
  return /<Code>(\w+)<\/Code>/.exec(xml)?.[1]
}

/**
 * Returns the status of a raw HTTP response, followed by the error code in its body, such as `404 NoSuchKey`. Ignores
 * `100 Continue`.
 */
export function parseStatus(response: string): string {
  const status =
    /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)*HTTP\/1\.1 (\d+)/.exec(response)?.[1] ?? `none: ${response}`
  const code = codeIn(response)
  return code === undefined ? status : `${status} ${code}`
}
