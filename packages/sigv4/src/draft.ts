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

/** What is common to all ways of signing. Nothing here needs a secret or computes a hash. */
export interface DraftOptions {
  readonly credentials: { readonly accessKeyId: string; readonly sessionToken?: string }
  /** Signing name of the service: `s3`, `s3tables`, `glue`, `execute-api` … */
  readonly service: string
  readonly date: Date
  /** Default: those of the service, {@link rulesFor}. */
  readonly rules?: SigningRules
  /** Whether the session token is signed, or added after signing. Default `signed`. */
  readonly sessionToken?: 'signed' | 'after'
  /** Lower-case names of headers that are sent unsigned, beside those that proxies change anyway. */
  readonly unsignedHeaders?: readonly string[]
}

export interface HeaderDraftOptions extends DraftOptions {
  /** Lower-case hexadecimal SHA-256 of the body, `UNSIGNED-PAYLOAD` or a `STREAMING-…` constant. */
  readonly payloadHash: string
  /** Whether `x-amz-content-sha256` is added. Default: as the rules say. */
  readonly payloadHeader?: boolean
}

export interface QueryDraftOptions extends DraftOptions {
  /** How long the request is valid from `date` on, in whole seconds: 1 to {@link MAX_EXPIRES_SECONDS}. */
  readonly expiresSeconds: number
  /** Default: `UNSIGNED-PAYLOAD` by the rules of S3, else the hash of an empty body. */
  readonly payloadHash?: string
}

/** Which of the two kinds of signature: for one region by a shared key, or for a set of regions by a key pair. */
export type Scheme =
  | { readonly algorithm: 'AWS4-HMAC-SHA256'; readonly region: string }
  | { readonly algorithm: 'AWS4-ECDSA-P256-SHA256'; readonly regionSet: string }

/** A request that is all but signed. */
export interface Draft<T> {
  readonly timestamp: string
  readonly canonicalRequest: string
  /** What is signed, given the SHA-256 of the canonical request in lower-case hexadecimal digits. */
  readonly stringToSign: (canonicalSha256: string) => string
  /** What goes onto the wire, given the signature. */
  readonly finish: (signature: string) => T
}

/** The longest that a presigned request may be valid, in seconds: seven days. */
export const MAX_EXPIRES_SECONDS = 604_800

/** A request to be signed in its headers; `finish` gives the headers to add, `authorization` last. */
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
    throw new SigV4Error('two-authentications', 'The request has an authorization header already')
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
  const credential = credentialOf(timestamp, scheme, options)
  return {
    timestamp,
    canonicalRequest: head + options.payloadHash,
    stringToSign: (sha256) => stringToSign(scheme, timestamp, scopeOf(timestamp, scheme, options), sha256),
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

/** A request to be signed in its query; `finish` gives the new target: path, query and signature. */
export function draftQuery(request: WireRequest, scheme: Scheme, options: QueryDraftOptions): Draft<string> {
  const seconds = options.expiresSeconds
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_EXPIRES_SECONDS) {
    throw new SigV4Error('expiry-out-of-range', `expiresSeconds must be from 1 to ${MAX_EXPIRES_SECONDS}`)
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
    `X-Amz-Credential=${percentEncode(credentialOf(timestamp, scheme, options))}`,
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
    stringToSign: (sha256) => stringToSign(scheme, timestamp, scopeOf(timestamp, scheme, options), sha256),
    finish: (signature) => `${path}?${signed}${token}${regionSet}&X-Amz-Signature=${signature}`,
  }
}

/** Never signed: hops on the way add, change or remove them. */
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

/** The names of the headers that are signed, lower-case and sorted. */
function headersToSign(table: HeaderTable, options: DraftOptions): string[] {
  if (singleHeader(table, 'host') === undefined) {
    throw new SigV4Error('header-not-signed', 'A request to be signed needs its host header')
  }
  const unsigned = new Set(options.unsignedHeaders)
  return [...table.keys()].filter((name) => !hopHeaders.has(name) && !unsigned.has(name)).toSorted()
}

/** Access key id and scope, as they stand in a request; refuses names that no verifier could read. */
function credentialOf(timestamp: string, scheme: Scheme, options: DraftOptions): string {
  const day = timestamp.slice(0, 8)
  const region = 'region' in scheme ? scheme.region : 'any'
  const { accessKeyId } = options.credentials
  const readable = parseCredential(`${accessKeyId}/${day}/${region}/${options.service}/aws4_request`)
  const regions = 'regionSet' in scheme ? scheme.regionSet : '*'
  if (readable === undefined || !/^[\w.*-]{1,64}(,[\w.*-]{1,64}){0,31}$/.test(regions)) {
    throw new SigV4Error('malformed-authentication', 'Access key id, region and service must be plain names')
  }
  return `${accessKeyId}/${scopeOf(timestamp, scheme, options)}`
}

function scopeOf(timestamp: string, scheme: Scheme, { service }: DraftOptions): string {
  const region = 'region' in scheme ? `${scheme.region}/` : ''
  return `${timestamp.slice(0, 8)}/${region}${service}/aws4_request`
}

function stringToSign(scheme: Scheme, timestamp: string, scope: string, canonicalSha256: string): string {
  return `${scheme.algorithm}\n${timestamp}\n${scope}\n${canonicalSha256}`
}
