import { singleHeader, tabulateHeaders, type HeaderTable } from './canonical/canonical-headers.ts'
import { parseQuery } from './canonical/canonical-query.ts'
import { canonicalHead } from './canonical/canonical-request.ts'
import { percentEncode } from './canonical/percent.ts'
import { EMPTY_SHA256, UNSIGNED_PAYLOAD } from './payload-hashes.ts'
import { rulesFor, type SigningRules } from './rules.ts'
import { parseCredential } from './scope.ts'
import { SigV4Error } from './sigv4-error.ts'
import { formatTimestamp } from './timestamp.ts'
import { splitTarget, type Header, type WireRequest } from './wire-request.ts'

/**
 * Options to prepare a request for signing, in headers or in the query. The preparation needs no secret and computes
 * no hash.
 */
export interface DraftOptions {
  readonly credentials: { readonly accessKeyId: string; readonly sessionToken?: string }
  /** Signing name of the service: `s3`, `s3tables`, `glue`, `execute-api` … */
  readonly service: string
  readonly date: Date
  /** Signing rules. Default: the rules of the service, {@link rulesFor}. */
  readonly rules?: SigningRules
  /** Whether the session token is signed, or added after signing. Default: `signed`. */
  readonly sessionToken?: 'signed' | 'after'
  /** Lower-case names of further headers that are not signed. Headers that proxies change are never signed. */
  readonly unsignedHeaders?: readonly string[]
}

export interface HeaderDraftOptions extends DraftOptions {
  /** Lower-case hexadecimal SHA-256 of the body, `UNSIGNED-PAYLOAD` or a `STREAMING-…` constant. */
  readonly payloadHash: string
  /** Whether `x-amz-content-sha256` is added. Default: `payloadHeader` of the rules. */
  readonly payloadHeader?: boolean
}

export interface QueryDraftOptions extends DraftOptions {
  /** Validity of the request from `date` on, in whole seconds: 1 to {@link MAX_EXPIRES_SECONDS}. */
  readonly expiresSeconds: number
  /**
   * Payload hash to sign. Default: `UNSIGNED-PAYLOAD` by the rules of S3, and the hash of an empty body by the
   * general rules.
   */
  readonly payloadHash?: string
}

/**
 * Signature algorithm, with the region or the set of regions. One region needs a shared secret, and a set of regions
 * needs a key pair.
 */
export type Scheme =
  | { readonly algorithm: 'AWS4-HMAC-SHA256'; readonly region: string }
  | { readonly algorithm: 'AWS4-ECDSA-P256-SHA256'; readonly regionSet: string }

/** Request that is prepared for signing, and lacks only its signature. */
export interface Draft<T> {
  readonly timestamp: string
  readonly canonicalRequest: string
  /** Builds the string to sign from the SHA-256 of the canonical request, in lower-case hexadecimal digits. */
  readonly stringToSign: (canonicalSha256: string) => string
  /** Returns the signed part of the request: the headers, or the target. */
  readonly finish: (signature: string) => T
}

/** Maximum validity of a presigned request, in seconds: seven days. */
export const MAX_EXPIRES_SECONDS = 604_800

/**
 * Prepares a request for a signature in the `Authorization` header. `finish` returns the headers to add,
 * `authorization` last.
 */
export function draftHeaders(
  request: WireRequest,
  scheme: Scheme,
  options: HeaderDraftOptions,
): Draft<readonly Header[]> {
  const rules = options.rules ?? rulesFor(options.service)
  const { path, query } = splitTarget(request.target)
  const timestamp = formatTimestamp(options.date)
  const token = options.credentials.sessionToken
  const tokenHeaders: Header[] = token === undefined ? [] : [['x-amz-security-token', token]]
  const added: Header[] = [['x-amz-date', timestamp]]
  if (options.payloadHeader ?? rules.payloadHeader) added.push(['x-amz-content-sha256', options.payloadHash])
  if (options.sessionToken !== 'after') added.push(...tokenHeaders)
  if ('regionSet' in scheme) added.push(['x-amz-region-set', scheme.regionSet])

  const table = tabulateHeaders([...request.headers, ...added])
  for (const [name] of added) singleHeader(table, name)
  if (table.has('authorization')) {
    throw new SigV4Error(
      'two-authentications',
      'The request already has an authorization header. Remove it before signing.',
    )
  }
  const signedHeaders = headersToSign(table, options)
  const parameters = parseQuery(query)
  const head = canonicalHead({
    method: request.method,
    path,
    parameters,
    headers: table,
    signedHeaders,
    rules,
  })
  const credential = formatCredential(timestamp, scheme, options)
  return {
    timestamp,
    canonicalRequest: head + options.payloadHash,
    stringToSign: (sha256) =>
      stringToSign(scheme, timestamp, formatDraftScope(timestamp, scheme, options), sha256),
    finish: (signature) => [
      ...added,
      ...(options.sessionToken === 'after' ? tokenHeaders : []),
      [
        'authorization',
        `${scheme.algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
      ],
    ],
  }
}

/**
 * Prepares a request for a signature in the query (presigned URL). `finish` returns the new target: path, query and
 * signature.
 */
export function draftQuery(request: WireRequest, scheme: Scheme, options: QueryDraftOptions): Draft<string> {
  const seconds = options.expiresSeconds
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_EXPIRES_SECONDS) {
    throw new SigV4Error(
      'expiry-out-of-range',
      `expiresSeconds must be a whole number from 1 to ${MAX_EXPIRES_SECONDS}`,
    )
  }
  const rules = options.rules ?? rulesFor(options.service)
  const { path, query } = splitTarget(request.target)
  const timestamp = formatTimestamp(options.date)
  const headers = tabulateHeaders(request.headers)
  const signedHeaders = headersToSign(headers, options)
  const { sessionToken } = options.credentials
  const token = sessionToken === undefined ? '' : `&X-Amz-Security-Token=${percentEncode(sessionToken)}`
  const regionSet = 'regionSet' in scheme ? `&X-Amz-Region-Set=${percentEncode(scheme.regionSet)}` : ''
  const signed = [
    ...(query === '' ? [] : [query]),
    `X-Amz-Algorithm=${scheme.algorithm}`,
    `X-Amz-Credential=${percentEncode(formatCredential(timestamp, scheme, options))}`,
    `X-Amz-Date=${timestamp}`,
    `X-Amz-SignedHeaders=${percentEncode(signedHeaders.join(';'))}`,
    `X-Amz-Expires=${seconds}`,
  ].join('&')
  const parameters = parseQuery(signed + (options.sessionToken === 'after' ? '' : token) + regionSet)
  const head = canonicalHead({ method: request.method, path, parameters, headers, signedHeaders, rules })
  const payloadHash =
    options.payloadHash ?? (rules.presignedPayload === 'unsigned' ? UNSIGNED_PAYLOAD : EMPTY_SHA256)
  return {
    timestamp,
    canonicalRequest: head + payloadHash,
    stringToSign: (sha256) =>
      stringToSign(scheme, timestamp, formatDraftScope(timestamp, scheme, options), sha256),
    finish: (signature) => `${path}?${signed}${token}${regionSet}&X-Amz-Signature=${signature}`,
  }
}

/** Headers that are never signed, because proxies add, change or remove them. */
const hopHeaders = new Set([
  'authorization',
  'baggage',
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
])

/** Returns the lower-case names of the headers that are signed, sorted. */
function headersToSign(table: HeaderTable, options: DraftOptions): string[] {
  if (singleHeader(table, 'host') === undefined) {
    throw new SigV4Error('header-not-signed', 'The request has no host header. Add it before signing.')
  }
  const unsigned = new Set(options.unsignedHeaders)
  return [...table.keys()].filter((name) => !hopHeaders.has(name) && !unsigned.has(name)).toSorted()
}

/**
 * Returns the credential of a signature: access key id and scope in the form `id/date/region/service/aws4_request`.
 * Refuses names that no verifier could parse.
 */
function formatCredential(timestamp: string, scheme: Scheme, options: DraftOptions): string {
  const day = timestamp.slice(0, 8)
  const region = 'region' in scheme ? scheme.region : 'any'
  const { accessKeyId } = options.credentials
  const readable = parseCredential(`${accessKeyId}/${day}/${region}/${options.service}/aws4_request`)
  const regions = 'regionSet' in scheme ? scheme.regionSet : '*'
  if (readable === undefined || !/^[\w.*-]{1,64}(,[\w.*-]{1,64}){0,31}$/.test(regions)) {
    throw new SigV4Error(
      'malformed-authentication',
      'Access key id, region, region set and service must be plain names, without slashes or spaces',
    )
  }
  return `${accessKeyId}/${formatDraftScope(timestamp, scheme, options)}`
}

function formatDraftScope(timestamp: string, scheme: Scheme, { service }: DraftOptions): string {
  const region = 'region' in scheme ? `${scheme.region}/` : ''
  return `${timestamp.slice(0, 8)}/${region}${service}/aws4_request`
}

function stringToSign(scheme: Scheme, timestamp: string, scope: string, canonicalSha256: string): string {
  return `${scheme.algorithm}\n${timestamp}\n${scope}\n${canonicalSha256}`
}
