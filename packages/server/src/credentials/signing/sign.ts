import { HeadgateError } from '@headgate/errors'
import {
  type Header,
  sha256Hex,
  signRequest,
  type SigningKeys,
  SigV4Error,
  UNSIGNED_PAYLOAD,
} from '@headgate/sigv4'
import { parsePrefix, type S3Keys } from '@headgate/storage'
import type { StoragePermission } from '../storage-grant.ts'
import { guardHeaders } from './guard-headers.ts'
import { headerRule, unsignedHeaders } from './header-rules.ts'
import { planS3Request, type S3Place } from './s3-request.ts'

/** Decoded `RemoteSignRequest` of the Iceberg REST specification. */
export interface SignRequest {
  readonly method: string
  readonly region: string
  readonly uri: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Body of a bulk delete. Null for all other requests. */
  readonly body: string | null
}

/** Content of a `RemoteSignResult` of the Iceberg REST specification. */
export interface Signed {
  readonly uri: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** True when the client may reuse the signature for an equal request. */
  readonly isCacheable: boolean
}

export interface SigningOptions {
  readonly place: S3Place
  readonly keys: S3Keys
  /** Caches keys that are derived from the secret key. */
  readonly signingKeys?: SigningKeys
  /** Canonical prefixes, each ending in `/`. */
  readonly prefixes: readonly string[]
  readonly permission: StoragePermission
  readonly now: Date
}

const payloadHash = /^(?:[\da-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER)$/
const headerName = /^[!#$%&'*+.^`|~\w-]+$/
const headerValue = /^[\t\u0020-\u007e]*$/
const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i

/**
 * Signs a request with the warehouse's keys, if the caller may perform the request on the objects of the table.
 *
 * @throws HeadgateError `forbidden` when the caller may not perform the request, `bad-request` when the request cannot
 *   be parsed
 */
export function signForTable(request: SignRequest, options: SigningOptions): Signed {
  const { place, keys, signingKeys, now } = options
  const url = parseUrl(request.uri)
  const method = request.method.toUpperCase()
  const requestHeaders = parseHeaders(request.headers)
  const buckets = [...new Set(options.prefixes.map((prefix) => parsePrefix(prefix).bucket))]
  const plan = planS3Request({ method, url, body: request.body }, place, buckets)
  if (plan.access === 'write' && options.permission === 'read') {
    throw new HeadgateError(
      'forbidden',
      'You may read this table, but not write it. Ask its owner for privilege modify.',
    )
  }
  for (const location of [...plan.objects, ...(plan.list === null ? [] : [plan.list])]) {
    if (!options.prefixes.some((prefix) => location.startsWith(prefix)))
      throw new HeadgateError(
        'forbidden',
        'This request is not signed: it accesses objects outside the locations of the table.',
      )
  }
  if (request.region !== place.region && place.endpoint === null)
    throw new HeadgateError(
      'bad-request',
      `The bucket is in region ${place.region}. Request a signature for that region.`,
    )
  const hash = resolvePayloadHash(requestHeaders, request.body)
  const signable = [
    ...requestHeaders.filter(([name]) => name !== 'x-amz-content-sha256' && name !== 'host'),
    ...guardHeaders(method, place),
  ]
  const headers = signed(
    { method, target: `${url.pathname}${url.search}`, headers: [['host', url.host], ...signable] },
    {
      credentials: keys,
      region: request.region,
      service: 's3',
      date: now,
      payloadHash: hash,
      ...(signingKeys === undefined ? {} : { keys: signingKeys }),
      unsignedHeaders,
    },
  )
  return {
    uri: url.href,
    headers: Object.fromEntries([...signable, ...headers].map(([name, value]) => [name, [value]])),
    isCacheable: (method === 'GET' || method === 'HEAD') && plan.list === null,
  }
}

/**
 * Returns the payload hash for the signature. If the server parsed the body for its decision, it signs the hash of this
 * body. Otherwise the client could send another body.
 */
function resolvePayloadHash(requestHeaders: readonly Header[], body: string | null): string {
  const declared = requestHeaders.find(([name]) => name === 'x-amz-content-sha256')?.[1]
  if (body === null) {
    if (declared !== undefined && !payloadHash.test(declared))
      throw new HeadgateError(
        'bad-request',
        'The header x-amz-content-sha256 of the request to sign has an unknown form.',
      )
    return declared ?? UNSIGNED_PAYLOAD
  }
  const own = sha256Hex(Buffer.from(body))
  if (declared === undefined || declared === UNSIGNED_PAYLOAD || declared === own) return own
  throw new HeadgateError(
    'forbidden',
    'This request is not signed: x-amz-content-sha256 is not the hash of its body.',
  )
}

/**
 * Signs a request with AWS Signature Version 4. Returns the headers to add.
 *
 * @throws HeadgateError `bad-request` when the request has a form that every store refuses
 */
function signed(...[request, options]: Parameters<typeof signRequest>): readonly Header[] {
  try {
    return signRequest(request, options).headers
  } catch (cause) {
    if (!(cause instanceof SigV4Error)) throw cause
    throw new HeadgateError(
      'bad-request',
      'This request cannot be signed, because stores refuse requests of this form.',
      {
        cause,
      },
    )
  }
}

/** Parses a URL. Refuses a URL that parsers could interpret differently. */
function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || dotSegment.test(text) || text.includes('\\'))
    throw new HeadgateError(
      'bad-request',
      'The uri of the request to sign must be an absolute URL without backslashes and dot segments, such as /../, which stores and proxies interpret differently.',
    )
  return url
}

function parseHeaders(headers: SignRequest['headers']): Header[] {
  const result: Header[] = []
  for (const [name, values] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    const [value, ...more] = values
    if (value === undefined) continue
    if (more.length > 0 || result.some(([known]) => known === lower))
      throw new HeadgateError('bad-request', `The request to sign contains the header ${lower} twice.`)
    if (!headerName.test(lower) || !headerValue.test(value))
      throw new HeadgateError('bad-request', 'A header of the request to sign is not a valid HTTP header.')
    const rule = headerRule(lower)
    if (rule === 'refuse')
      throw new HeadgateError(
        'forbidden',
        `This request is not signed: its header ${lower} is not permitted. Send the request without it.`,
      )
    if (rule !== 'ignore') result.push([lower, value])
  }
  return result
}
