import { type ErrorCode, HeadgateError } from '@headgate/errors'
import { hideUpstream } from './hide-upstream.ts'
import type { UpstreamResponse } from './read-response.ts'

/** Maximum length, in characters, of an upstream catalog's message that is sent to a client. */
const maxMessage = 500

/** Error codes for the error types of the Iceberg REST specification. */
const codesByType: Readonly<Record<string, ErrorCode>> = {
  NoSuchTableException: 'no-such-table',
  NoSuchIcebergTableException: 'no-such-table',
  NoSuchViewException: 'no-such-view',
  NotFoundException: 'no-such-file',
  NoSuchNamespaceException: 'no-such-namespace',
  AlreadyExistsException: 'already-exists',
  CommitFailedException: 'commit-failed',
  NamespaceNotEmptyException: 'namespace-not-empty',
  CommitStateUnknownException: 'commit-state-unknown',
  UnprocessableEntityException: 'unprocessable',
  ValidationException: 'bad-request',
  BadRequestException: 'bad-request',
  IllegalArgumentException: 'illegal-argument',
  UnsupportedOperationException: 'unsupported',
}

/**
 * Error codes for the error types of AWS, Google, Databricks and OneLake. The HTTP statuses of these vendors
 * differ from the specification, so the error type has priority over the status. `missing` means that an
 * object of the request does not exist, and `identity` that the credentials of the request were refused.
 */
const vendorTypes: Readonly<Record<string, ErrorCode | 'missing' | 'identity'>> = {
  // AWS (Glue, S3 Tables).
  EntityNotFoundException: 'missing',
  ThrottlingException: 'too-many-requests',
  TooManyRequestsException: 'too-many-requests',
  ConcurrentModificationException: 'commit-failed',
  ConflictException: 'commit-failed',
  ServiceUnavailableException: 'unavailable',
  AccessDeniedException: 'forbidden',
  UnknownOperationException: 'unsupported',
  UnrecognizedClientException: 'identity',
  InvalidClientTokenId: 'identity',
  InvalidSignatureException: 'identity',
  SignatureDoesNotMatch: 'identity',
  IncompleteSignatureException: 'identity',
  MissingAuthenticationTokenException: 'identity',
  ExpiredTokenException: 'identity',
  ExpiredToken: 'identity',
  // Google (BigLake).
  NOT_FOUND: 'missing',
  ALREADY_EXISTS: 'already-exists',
  ABORTED: 'commit-failed',
  PERMISSION_DENIED: 'forbidden',
  UNAUTHENTICATED: 'identity',
  RESOURCE_EXHAUSTED: 'too-many-requests',
  UNIMPLEMENTED: 'unsupported',
  // Databricks (Unity Catalog).
  TABLE_DOES_NOT_EXIST: 'missing',
  TABLE_OR_VIEW_NOT_FOUND: 'missing',
  SCHEMA_DOES_NOT_EXIST: 'missing',
  RESOURCE_DOES_NOT_EXIST: 'missing',
  TABLE_ALREADY_EXISTS: 'already-exists',
  RESOURCE_ALREADY_EXISTS: 'already-exists',
  RESOURCE_CONFLICT: 'commit-failed',
  REQUEST_LIMIT_EXCEEDED: 'too-many-requests',
  // OneLake.
  NotFound: 'missing',
  ObjectNotFound: 'missing',
  ItemNotFound: 'missing',
  Unauthorized: 'identity',
  Forbidden: 'forbidden',
  Conflict: 'conflict',
}

const codesByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  403: 'forbidden',
  404: 'no-such-object',
  405: 'unsupported',
  406: 'unsupported',
  409: 'conflict',
  412: 'precondition-failed',
  413: 'payload-too-large',
  422: 'unprocessable',
  429: 'too-many-requests',
  501: 'unsupported',
  503: 'unavailable',
}

/** Details of the failed request that its error needs. */
export interface Asked {
  /**
   * Texts that are removed from error messages: the address of the upstream catalog, and the credentials of
   * the request.
   */
  readonly hidden: readonly string[]
  readonly warehouse: string
  /** True when the request changes data in the upstream catalog. */
  readonly changes: boolean
  /**
   * Name of the user with whose identity the request was sent. Absent when it was sent with the service
   * account.
   */
  readonly user?: string | undefined
  /**
   * Returns the error for a missing object, if the response with status 404 does not say which kind of object
   * is missing.
   */
  missing(): HeadgateError
}

/**
 * Converts an error response of the upstream catalog to the error for the client. Selects the error by the
 * HTTP status first, and then by the error type in the body. Never returns a 401, because a client would
 * discard its valid token when the upstream catalog refuses the credentials of this server. After a request
 * that makes a change, a response that does not rule out the change becomes `commit-state-unknown`. A 503
 * rules out the change only if it contains `Retry-After`, because proxies also send 503 after the connection
 * was lost.
 */
export function responseError(response: UpstreamResponse, asked: Asked): HeadgateError {
  const { type, message } = readError(response)
  const vendor = vendorCode(response, type)
  const status = vendor === null ? response.status : vendor.status
  const said = message === null ? '' : `: ${hideUpstream(message, asked.hidden).slice(0, maxMessage)}`
  const upstream = `The upstream of warehouse ${asked.warehouse}`
  if (status === 401 || status === 407 || status === 419)
    return new HeadgateError(
      'bad-gateway',
      asked.user === undefined
        ? `${upstream} refused the credentials of Headgate (${status}). An administrator can test them with headgate warehouse check ${asked.warehouse}.`
        : `${upstream} refused the identity of ${asked.user} (${status}). An administrator of the upstream must accept the issuer and the audience of warehouse ${asked.warehouse}, this user and its engine.`,
    )
  if (status >= 300 && status < 400)
    return new HeadgateError(
      'bad-gateway',
      `${upstream} answered with a redirect (${status}). An administrator must set upstream.uri to the final address.`,
    )
  if (status === 403) return new HeadgateError('forbidden', `${upstream} refused the request${said}`)
  const retry = retryAfter(response)
  if (status === 429 || (status === 503 && (retry !== null || !asked.changes)))
    return new HeadgateError(
      status === 429 ? 'too-many-requests' : 'unavailable',
      `${upstream} is overloaded or unavailable${said}`,
      retry === null ? {} : { retryAfterSeconds: retry },
    )
  if (status >= 500 && status !== 501) {
    if (asked.changes) return unknownChange(upstream, status, said)
    return new HeadgateError('bad-gateway', `${upstream} failed (${status})${said}`)
  }
  const byType = vendor?.code ?? (type === null ? undefined : codesByType[type])
  // The code must have the same HTTP status as the response, because clients decide by the status whether a
  // change was made.
  const code = byType !== undefined && statusOf(byType) === status ? byType : codesByStatus[status]
  if (code === undefined && asked.changes) return unknownChange(upstream, status, said)
  if (code === undefined) return new HeadgateError('bad-gateway', `${upstream} answered ${status}${said}`)
  if (status === 404 && (byType === undefined || code === 'no-such-object')) return asked.missing()
  return new HeadgateError(code, message === null ? `${upstream} answered ${status}.` : said.slice(2))
}

/**
 * Returns the error code and status for an error type of a vendor, or null. Ignores the type in a 5xx
 * response, because the change may have been made. Recognizes AWS messages about signatures in a 403
 * response, which may have no error type.
 */
function vendorCode(
  { status, body }: UpstreamResponse,
  type: string | null,
): { readonly code: ErrorCode | undefined; readonly status: number } | null {
  if (status < 400 || status >= 500) return null
  if (
    status === 403 &&
    /Missing Authentication Token|security token included/.test(body.toString('utf8', 0, 4_096))
  )
    return { code: undefined, status: 401 }
  const code = type !== null && Object.hasOwn(vendorTypes, type) ? vendorTypes[type] : undefined
  if (code === undefined) return null
  if (code === 'missing') return { code: undefined, status: 404 }
  return code === 'identity' ? { code: undefined, status: 401 } : { code, status: statusOf(code) }
}

function unknownChange(upstream: string, status: number, said: string): HeadgateError {
  return new HeadgateError(
    'commit-state-unknown',
    `${upstream} failed (${status}), so it is unknown whether the change was made${said}`,
  )
}

function statusOf(code: ErrorCode): number {
  return new HeadgateError(code, '').kind.status
}

interface ReadError {
  readonly type: string | null
  readonly message: string | null
}

/**
 * Reads error type and message from the error formats of Iceberg, AWS, Google, Databricks and OneLake. Both
 * are null for HTML and other bodies.
 */
function readError({ body, headers }: UpstreamResponse): ReadError {
  const value = parseObject(body.subarray(0, 65_536).toString())
  if (value === null) return { type: typeHeader(headers), message: null }
  const error = isObject(value['error']) ? value['error'] : value
  const type =
    text(error['type']) ??
    text(error['__type']) ??
    text(error['error_code']) ??
    text(error['status']) ??
    text(error['code']) ??
    typeHeader(headers)
  const message = text(error['message']) ?? text(error['Message']) ?? text(error['error_description'])
  return { type: type?.split('#').at(-1) ?? null, message }
}

/**
 * Returns the error type in the AWS header `x-amzn-errortype`, which has values such as
 * `EntityNotFoundException:http://…`.
 */
function typeHeader(headers: UpstreamResponse['headers']): string | null {
  return headers.get('x-amzn-errortype')?.split(':')[0] ?? null
}

function parseObject(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/**
 * Returns the number of seconds in a `Retry-After` header. Returns null when the header is missing or
 * contains a date.
 */
function retryAfter({ headers }: UpstreamResponse): number | null {
  const value = headers.get('retry-after')
  return value !== null && /^\d{1,5}$/.test(value) ? Number(value) : null
}
