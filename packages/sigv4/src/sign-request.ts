import { singleHeader, tabulateHeaders, type HeaderTable } from './canonical/canonical-headers.ts'
import { parseQuery } from './canonical/canonical-query.ts'
import { canonicalHead } from './canonical/canonical-request.ts'
import { rulesFor, type SigningRules } from './rules.ts'
import { formatScope, parseCredential, type CredentialScope } from './scope.ts'
import { ALGORITHM, stringToSign, type Seed } from './signature.ts'
import { deriveSigningKey, type SigningKeys } from './signing-keys.ts'
import { SigV4Error } from './sigv4-error.ts'
import { formatTimestamp } from './timestamp.ts'
import { splitTarget, type Header, type WireRequest } from './wire-request.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface SigningOptions {
  readonly credentials: Credentials
  readonly region: string
  /** Signing name of the service: `s3`, `s3tables`, `glue`, `execute-api` … */
  readonly service: string
  readonly date: Date
  /** Default: those of the service, {@link rulesFor}. */
  readonly rules?: SigningRules
  /** Whether the session token is signed, or added after signing. Default `signed`. */
  readonly sessionToken?: 'signed' | 'after'
  /** Lower-case names of headers that are sent unsigned, beside those that proxies change anyway. */
  readonly unsignedHeaders?: readonly string[]
  /** Where signing keys are kept. */
  readonly keys?: SigningKeys
}

export interface HeaderSigningOptions extends SigningOptions {
  /** Lower-case hexadecimal SHA-256 of the body ({@link sha256Hex}), `UNSIGNED-PAYLOAD` or a `STREAMING-…` constant. */
  readonly payloadHash: string
  /** Whether `x-amz-content-sha256` is added. Default: as the rules say. */
  readonly payloadHeader?: boolean
}

export interface SignedRequest {
  /** The headers to add, `authorization` last. */
  readonly headers: readonly Header[]
  /** From here the chunks of a streamed body are signed. */
  readonly seed: Seed
}

/**
 * Signs a request in its headers. All headers given are signed but those that hops on the way may change; `host` must
 * be among them. Nothing may change after this.
 *
 * @throws SigV4Error for a request that no verifier would take.
 *
 * @example
 * ```ts
 * const { headers } = signRequest(
 *   { method: 'GET', target: '/bucket?list-type=2', headers: [['host', 's3.eu-central-1.amazonaws.com']] },
 *   { credentials, region: 'eu-central-1', service: 's3', date: new Date(), payloadHash: EMPTY_SHA256 },
 * )
 * ```
 */
export function signRequest(request: WireRequest, options: HeaderSigningOptions): SignedRequest {
  const rules = options.rules ?? rulesFor(options.service)
  const { path, query } = splitTarget(request.target)
  const timestamp = formatTimestamp(options.date)
  const token = options.credentials.sessionToken
  const tokenHeaders: Header[] = token === undefined ? [] : [['x-amz-security-token', token]]
  const added: Header[] = [['x-amz-date', timestamp]]
  if (options.payloadHeader ?? rules.payloadHeader) added.push(['x-amz-content-sha256', options.payloadHash])
  if (options.sessionToken !== 'after') added.push(...tokenHeaders)

  const given = [...request.headers]
  const table = tabulateHeaders([...given, ...added])
  for (const [name] of added) singleHeader(table, name)
  if (table.has('authorization')) {
    throw new SigV4Error('two-authentications', 'The request has an authorization header already')
  }
  const signedHeaders = headersToSign(table, options)
  const head = canonicalHead({
    method: request.method,
    path,
    parameters: parseQuery(query),
    headers: table,
    signedHeaders,
    rules,
  })
  const seed = sealed(head + options.payloadHash, timestamp, options)
  if (options.sessionToken === 'after') added.push(...tokenHeaders)
  const credential = credentialOf(timestamp, options)
  added.push([
    'authorization',
    `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${seed.signature}`,
  ])
  return { headers: added, seed }
}

/** Never signed: hops on the way add, change or remove them. */
const hopHeaders = new Set([
  'authorization',
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
])

/** The names of the headers that are signed, lower-case and sorted. */
export function headersToSign(table: HeaderTable, options: SigningOptions): string[] {
  if (singleHeader(table, 'host') === undefined) {
    throw new SigV4Error('header-not-signed', 'A request to be signed needs its host header')
  }
  const unsigned = new Set(options.unsignedHeaders)
  return [...table.keys()].filter((name) => !hopHeaders.has(name) && !unsigned.has(name)).toSorted()
}

/** Access key id and scope, as they stand in a request; refuses names that no verifier could read. */
export function credentialOf(timestamp: string, options: SigningOptions): string {
  const text = `${options.credentials.accessKeyId}/${formatScope(scopeOf(timestamp, options))}`
  if (parseCredential(text) !== undefined) return text
  throw new SigV4Error('malformed-authentication', 'Access key id, region and service must be plain names')
}

function scopeOf(timestamp: string, options: SigningOptions): CredentialScope {
  return { date: timestamp.slice(0, 8), region: options.region, service: options.service }
}

/** Signs a canonical request. */
export function sealed(canonicalRequest: string, timestamp: string, options: SigningOptions): Seed {
  const scope = scopeOf(timestamp, options)
  const secret = options.credentials.secretAccessKey
  const signingKey = options.keys?.get(secret, scope) ?? deriveSigningKey(secret, scope)
  const signature = signingKey.sign(stringToSign(timestamp, scope, canonicalRequest))
  return { signature, timestamp, scope, signingKey }
}
