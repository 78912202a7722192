import { request as sendRequest } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { startHttpServer, type HttpTestServer, type ReceivedRequest } from './http-server.ts'

/** AWS service whose Iceberg endpoint a test double simulates. */
export type AwsIcebergKind = 'glue' | 's3tables'

export interface AwsDoubleOptions {
  readonly kind: AwsIcebergKind
  /** Base URL, without `/v1`, of the Iceberg REST catalog to which the double forwards requests. */
  readonly target: string
  /** Path prefix of the warehouse at the target catalog. */
  readonly targetPrefix: string
  /** Verifies the signature of a request. Returns the reason for a refusal, or null if the signature is valid. */
  readonly verify: (request: ReceivedRequest) => string | null
  /** Returns headers that authenticate forwarded requests at the target catalog. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>
}

/** Warehouse name and path prefix of each simulated service, in the form that AWS documents. */
export const awsNames: Readonly<
  Record<AwsIcebergKind, { readonly warehouse: string; readonly prefix: string }>
> = {
  glue: { warehouse: '123456789012', prefix: 'catalogs/123456789012' },
  s3tables: {
    warehouse: 'arn:aws:s3tables:eu-central-1:123456789012:bucket/lake',
    prefix: encodeURIComponent('arn:aws:s3tables:eu-central-1:123456789012:bucket/lake'),
  },
}

interface Refusal {
  readonly status: number
  readonly type: string
  readonly message: string
}

/**
 * Starts a test double of the Iceberg endpoint of AWS Glue or S3 Tables. It forwards requests to a complete catalog,
 * refuses what AWS documents as unsupported, and returns errors in the form of AWS. Behavior that AWS does not
 * document is not simulated.
 */
export async function startAwsDouble(options: AwsDoubleOptions): Promise<HttpTestServer> {
  const { kind, target, targetPrefix, verify, headers = () => Promise.resolve({}) } = options
  const { prefix } = awsNames[kind]
  return await startHttpServer(async (request, response) => {
    const reason = verify(request)
    if (reason !== null)
      return refuse(response, { status: 403, type: 'InvalidSignatureException', message: reason })
    const url = new URL(request.target, 'http://double')
    if (url.pathname === '/v1/config') return sendJson(response, 200, { defaults: {}, overrides: { prefix } })
    if (!url.pathname.startsWith(`/v1/${prefix}/`))
      return refuse(response, { status: 404, type: 'UnknownOperationException', message: url.pathname })
    const path = url.pathname.slice(`/v1/${prefix}`.length)
    const refusal = findRefusal(kind, { ...request, target: path }, url.searchParams)
    if (refusal !== null) return refuse(response, refusal)
    return await forward(request, response, {
      url: `${target}/v1/${targetPrefix}${path}${url.search}`,
      headers: await headers(),
    })
  })
}

/** Returns the AWS error for a request that AWS documents as unsupported, or null. */
function findRefusal(
  kind: AwsIcebergKind,
  { method, target: path, body }: ReceivedRequest,
  query: URLSearchParams,
): Refusal | null {
  if (path === '/transactions/commit' || path.includes('/views'))
    return { status: 400, type: 'UnknownOperationException', message: 'UnknownOperationException' }
  if (method === 'POST' && path.endsWith('/tables')) {
    const creation = toObject(JSON.parse(body.toString()))
    const { name, location } = creation
    if (creation['stage-create'] === true) return invalid('Malformed request: Stage create is not supported')
    if (typeof name !== 'string' || name !== name.toLowerCase())
      return invalid(`Malformed request: the name ${String(name)} must be in lower case`)
    if (kind === 'glue' && typeof location !== 'string')
      return invalid('Cannot parse missing string: location')
    if (kind === 's3tables' && location !== undefined)
      return invalid('The specified location is not supported: S3 Tables manages the location')
  }
  if (method === 'DELETE' && path.includes('/tables/') && kind === 's3tables')
    if (query.get('purgeRequested')?.toLowerCase() !== 'true')
      return invalid('S3 Tables only support deleting tables with purge enabled')
  if (method === 'POST' && path.includes('/tables/')) {
    const { requirements } = toObject(JSON.parse(body.toString()))
    if (JSON.stringify(requirements ?? []).includes('"assert-create"'))
      return invalid('Requirement failed: table already exists')
  }
  return null
}

function invalid(message: string): Refusal {
  return { status: 400, type: 'BadRequestException', message }
}

async function forward(
  { method, headers, body }: ReceivedRequest,
  response: ServerResponse,
  to: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
): Promise<void> {
  const kept = ['content-type', 'accept', 'if-none-match']
  const own = Object.fromEntries(
    kept.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
  )
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const options = { method, headers: { ...own, ...to.headers, 'content-length': String(body.length) } }
  const outgoing = sendRequest(to.url, options, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => void chunks.push(chunk))
    answer.on('error', reject)
    answer.on('end', () => {
      const status = answer.statusCode ?? 502
      if (status >= 400 && method !== 'HEAD') refuse(response, toAwsError(status, Buffer.concat(chunks)))
      else send(response, status, answer.headers, Buffer.concat(chunks))
      resolve()
    })
  })
  outgoing.on('error', reject)
  outgoing.end(body)
  await promise.catch((error: unknown) => {
    refuse(response, { status: 502, type: 'InternalServiceException', message: String(error) })
  })
}

/**
 * Converts an error response of the target catalog to the form of AWS, which uses its own error type for a missing
 * object.
 */
function toAwsError(status: number, body: Buffer): Refusal {
  let error: Readonly<Record<string, unknown>> = {}
  try {
    error = toObject(toObject(JSON.parse(body.toString()))['error'])
  } catch {
    // If the body is not JSON, the error has no type.
  }
  const type = status === 404 ? 'EntityNotFoundException' : text(error['type']) || 'InternalServiceException'
  return { status, type, message: text(error['message']) }
}

function refuse(response: ServerResponse, { status, type, message }: Refusal): void {
  sendJson(
    response,
    status,
    { __type: type, Message: message },
    { 'x-amzn-errortype': `${type}:http://double/` },
  )
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: IncomingHttpHeaders = {},
): void {
  const body = Buffer.from(JSON.stringify(value))
  send(response, status, { ...headers, 'content-type': 'application/json' }, body)
}

function send(response: ServerResponse, status: number, headers: IncomingHttpHeaders, body: Buffer): void {
  const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...kept } = headers
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(body.length) }
  response.writeHead(status, { ...kept, 'x-amzn-requestid': 'double', ...length }).end(body)
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
