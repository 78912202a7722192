import { HeadgateError } from '@headgate/errors'
import {
  type Header,
  sha256Hex,
  signRequest,
  type SigningKeys,
  SigV4Error,
  UNSIGNED_PAYLOAD,
} from '@headgate/sigv4'
import { parsePrefix } from '../../storage/location.ts'
import type { S3Keys } from '../../storage/s3-options.ts'
import type { StoragePermission as Access } from '../storage-grant.ts'
import { guardHeaders } from './guard-headers.ts'
import { headerRule, unsignedHeaders } from './header-rules.ts'
import { planS3Request, type S3Place } from './s3-request.ts'

/** `RemoteSignRequest` of the Iceberg REST specification, decoded. */
export interface SignRequest {
  readonly method: string
  readonly region: string
  readonly uri: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Of a bulk delete. */
  readonly body: string | null
}

/** `RemoteSignResult`. */
export interface Signed {
  readonly uri: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** A client may use it for the same request once more. */
  readonly mayBeKept: boolean
}

export interface SigningGround {
  readonly place: S3Place
  readonly keys: S3Keys
  /** Derived from the keys, for those who sign often. */
  readonly signingKeys?: SigningKeys
  /** Canonical prefixes, each ending in `/`. */
  readonly prefixes: readonly string[]
  readonly access: Access
  readonly now: Date
}

const payloadHash = /^(?:[\da-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER)$/
const headerName = /^[!#$%&'*+.^`|~\w-]+$/
const headerValue = /^[\t\u0020-\u007e]*$/
const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i

/**
 * Signs a request with the warehouse's keys, if it does no more than the caller may do with the table's objects.
 *
 * @throws HeadgateError `forbidden` when it does, `bad-request` when it cannot be read
 */
export function signForTable(request: SignRequest, ground: SigningGround): Signed {
  const { place, keys, signingKeys, now } = ground
  const url = urlOf(request.uri)
  const method = request.method.toUpperCase()
  const given = headersOf(request.headers)
  const buckets = [...new Set(ground.prefixes.map((prefix) => parsePrefix(prefix).bucket))]
  const plan = planS3Request({ method, url, body: request.body }, place, buckets)
  if (plan.access === 'write' && ground.access === 'read') {
    throw new HeadgateError('forbidden', 'You may read this table, not write it: ask who manages it.')
  }
  for (const location of [...plan.objects, ...(plan.list === null ? [] : [plan.list])]) {
    if (!ground.prefixes.some((prefix) => location.startsWith(prefix)))
      throw new HeadgateError(
        'forbidden',
        'This request is not signed: it goes beyond the locations of the table.',
      )
  }
  if (request.region !== place.region && place.endpoint === null)
    throw new HeadgateError('bad-request', `The bucket is in ${place.region}: sign for that region.`)
  const hash = payloadHashOf(given, request.body)
  const signable = [
    ...given.filter(([name]) => name !== 'x-amz-content-sha256' && name !== 'host'),
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
    mayBeKept: (method === 'GET' || method === 'HEAD') && plan.list === null,
  }
}

/**
 * What the signature says of the body. Where the body was read to decide, it must be that body and no other: an unsigned
 * one could be changed afterwards.
 */
function payloadHashOf(given: readonly Header[], body: string | null): string {
  const told = given.find(([name]) => name === 'x-amz-content-sha256')?.[1]
  if (body === null) {
    if (told !== undefined && !payloadHash.test(told))
      throw new HeadgateError('bad-request', 'x-amz-content-sha256 is of no known form.')
    return told ?? UNSIGNED_PAYLOAD
  }
  const own = sha256Hex(Buffer.from(body))
  if (told === undefined || told === UNSIGNED_PAYLOAD || told === own) return own
  throw new HeadgateError(
    'forbidden',
    'This request is not signed: x-amz-content-sha256 is not that of its body.',
  )
}

/** @throws HeadgateError `bad-request` for what no verifier would take */
function signed(...[request, options]: Parameters<typeof signRequest>): readonly Header[] {
  try {
    return signRequest(request, options).headers
  } catch (cause) {
    if (!(cause instanceof SigV4Error)) throw cause
    throw new HeadgateError('bad-request', 'The request to sign is none that a store would take.', { cause })
  }
}

/** A URL that every reader reads alike. */
function urlOf(text: string): URL {
  const url = URL.parse(text)
  if (url === null || dotSegment.test(text) || text.includes('\\'))
    throw new HeadgateError('bad-request', 'The uri to sign is not a plain absolute URL.')
  return url
}

function headersOf(headers: SignRequest['headers']): Header[] {
  const result: Header[] = []
  for (const [name, values] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    const [value, ...more] = values
    if (value === undefined) continue
    if (more.length > 0 || result.some(([known]) => known === lower))
      throw new HeadgateError('bad-request', `The header ${lower} comes twice.`)
    if (!headerName.test(lower) || !headerValue.test(value))
      throw new HeadgateError('bad-request', 'A header of the request to sign is not one of HTTP.')
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
