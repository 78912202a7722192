import { hash } from 'node:crypto'
import { generalRules, type Header, signRequest } from '@headgate/sigv4'
import type { AccessKey } from '../../../src/identity/access-keys/access-key.ts'
import type { SignedRequest } from '../../../src/identity/access-keys/signed-requests.ts'

/**
 * Form in which a client sends the hash of its body: `iceberg-java` in base64 if there is a body, `pyiceberg` only if
 * there is no body, `hex` always in hexadecimal digits.
 */
export type BodyHashForm = 'iceberg-java' | 'pyiceberg' | 'hex'

/** Request of a test, before it is signed. */
export interface UnsignedRequest {
  readonly method: string
  readonly target: string
  readonly host: string
  readonly headers?: readonly Header[]
  readonly body?: string | Uint8Array
}

export interface SignOptions {
  readonly form?: BodyHashForm
  readonly service?: string
  readonly region?: string
  readonly date?: Date
  readonly unsignedHeaders?: readonly string[]
}

/** Returns all headers of a signed request, as a stock client sends them. */
export function signHeaders(
  { method, target, host, headers = [], body = '' }: UnsignedRequest,
  { accessKeyId, secretAccessKey }: AccessKey,
  options: SignOptions = {},
): readonly Header[] {
  const { form = 'iceberg-java', service = 'execute-api', region = 'us-east-1', date = new Date() } = options
  const own: Header[] = [['host', host], ...headers, ...bodyHashHeader(form, body)]
  const signed = signRequest(
    { method, target, headers: own },
    {
      credentials: { accessKeyId, secretAccessKey },
      service,
      region,
      date,
      rules: generalRules,
      payloadHash: hash('sha256', body, 'hex'),
      unsignedHeaders: options.unsignedHeaders ?? [],
    },
  )
  return [...own, ...signed.headers]
}

function bodyHashHeader(form: BodyHashForm, body: string | Uint8Array): Header[] {
  if (form === 'pyiceberg' && body.length > 0) return []
  const encoding = form === 'iceberg-java' && body.length > 0 ? 'base64' : 'hex'
  return [['x-amz-content-sha256', hash('sha256', body, encoding)]]
}

/** Returns the request as the server receives it. */
export function received(
  { method, target, body = '' }: UnsignedRequest,
  headers: readonly Header[],
): SignedRequest {
  const find = (name: string): string | undefined =>
    headers.find(([each]) => each.toLowerCase() === name)?.[1]
  return {
    method,
    target,
    rawHeaders: headers.flat(),
    host: find('host') ?? '',
    originalAuthorization: find('original-authorization'),
    hasBody: body.length > 0,
  }
}
