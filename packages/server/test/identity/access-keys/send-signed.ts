import { request as httpRequest } from 'node:http'
import type { Header } from '@headgate/sigv4'
import { type Json, parse } from '@headgate/json'
import type { AccessKey } from '../../../src/identity/access-keys/access-key.ts'
import { textAt } from '../../iceberg/tables.ts'
import type { TestServer } from '../../server.ts'
import { signHeaders, type SignOptions, type UnsignedRequest } from './sign.ts'

/** Creates an access key of a principal through the management API. */
export async function addAccessKey({ send }: TestServer, principal: string): Promise<AccessKey> {
  const { status, json } = await send('POST', `/management/v1/principals/${principal}/access-keys`)
  if (status !== 201) throw new Error(`addAccessKey: ${status}`)
  return { accessKeyId: textAt(json, 'accessKeyId'), secretAccessKey: textAt(json, 'secretAccessKey') }
}

/** Signed request with its headers and body as a client sends them. */
export interface SentRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly Header[]
  readonly body?: string | Uint8Array
}

export interface SignedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly json: Json
}

/** Sends exactly this request. Without a header `content-length`, the body is sent in chunks. */
export async function sendRequest(
  url: string,
  { method, target, headers, body }: SentRequest,
): Promise<SignedResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<SignedResponse>()
  const { hostname, port } = new URL(url)
  const request = httpRequest({ host: hostname, port, method, path: target, setHost: false })
  for (const [name, value] of headers) request.setHeader(name, value)
  request.on('error', reject)
  request.on('response', (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => (text += chunk))
    response.on('end', () => {
      const json = text === '' ? null : parse(text)
      resolve({ status: response.statusCode ?? 0, headers: response.headers, json })
    })
  })
  request.end(body)
  return promise
}

/** Function that changes a signed request on its way to the server. */
export type Tamper = (request: SentRequest) => SentRequest

/** Signs a request and sends it. */
export function sendSigned(
  url: string,
  key: AccessKey,
  line: string,
  options: SignOptions & {
    readonly body?: string | Uint8Array
    readonly headers?: readonly Header[]
    readonly tamper?: Tamper
    /** True: the request announces the length of its body. Default true. */
    readonly announces?: boolean
  } = {},
): Promise<SignedResponse> {
  const [method = '', target = ''] = line.split(' ')
  const { body = '', headers = [], tamper = (request) => request, announces = true } = options
  const length: Header[] =
    body.length > 0 && announces ? [['content-length', String(Buffer.byteLength(body))]] : []
  const type: Header[] = body.length > 0 ? [['content-type', 'application/json']] : []
  const unsigned: UnsignedRequest = {
    method,
    target,
    host: new URL(url).host,
    headers: [...type, ...headers],
    body,
  }
  const sent = { method, target, headers: [...signHeaders(unsigned, key, options), ...length], body }
  return sendRequest(url, tamper(sent))
}
