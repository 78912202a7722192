import type { HeadgateError } from '@headgate/errors'
import {
  type Namespace,
  operation,
  type OperationId,
  operations,
  type TableIdentifier,
} from '@headgate/iceberg/rest'
import type { UpstreamRequest } from './client.ts'
import type { EarlierResponse } from './read-response.ts'
import type { RemoteConfig } from './remote-config.ts'
import { encodeName, encodeNamespace } from './remote-names.ts'

/** Namespace, table or view that a request to the upstream catalog names. */
export interface UpstreamTarget {
  readonly namespace?: Namespace
  readonly identifier?: TableIdentifier
}

/** Call of one operation of the upstream catalog. */
export interface UpstreamCall {
  readonly id: OperationId
  readonly target: UpstreamTarget
  readonly query?: Readonly<Record<string, string | undefined>>
  /** JSON text of the request body. */
  readonly body?: string | null
  readonly idempotencyKey?: string | undefined
  /**
   * Earlier response to the same call, or null. The request contains its ETag. If the earlier response is still
   * current, the response contains its body.
   */
  readonly earlier?: EarlierResponse | null
  /** True when the response must contain storage credentials of the upstream catalog. */
  readonly vends?: boolean
  /** Records that a request that makes a change is sent now; see `Call.begin`. */
  begin?(): void
  /** Returns the error for an object that does not exist in the upstream catalog. */
  missing(): HeadgateError
}

type RequestLine = Pick<UpstreamRequest, 'method' | 'path' | 'query'>

/** Builds method, path and query of the request for a call, with the prefix and separator of the upstream catalog. */
export function buildRequestLine(
  config: RemoteConfig,
  { id, target, query = {} }: UpstreamCall,
): RequestLine {
  return { method: operation(id).method, path: buildPath(config, id, target), query: buildQuery(query) }
}

/**
 * Builds the request for a call.
 *
 * @param etag ETag of the earlier response that the request contains. Null: the request is unconditional
 */
export function buildRequest(line: RequestLine, call: UpstreamCall, etag: string | null): UpstreamRequest {
  const { id, body = null, earlier = null } = call
  const headers = headersFor(call, etag)
  return { ...line, safe: isSafe(id), earlier, headers, body: body === null ? null : Buffer.from(body) }
}

/** Returns whether an operation only reads, so that it can be repeated. */
export function isSafe(id: OperationId): boolean {
  const { method } = operation(id)
  return method === 'GET' || method === 'HEAD'
}

/** Returns the headers of a request, without those that the client adds to all requests. */
export function headersFor(
  { body, idempotencyKey, vends = false }: Pick<UpstreamCall, 'body' | 'idempotencyKey' | 'vends'>,
  etag: string | null = null,
): [string, string][] {
  return [
    ['Accept', 'application/json'],
    ...(etag === null ? [] : [['If-None-Match', etag] as [string, string]]),
    ...(vends ? [['X-Iceberg-Access-Delegation', 'vended-credentials'] as [string, string]] : []),
    ...(body === undefined || body === null
      ? []
      : [['Content-Type', 'application/json'] as [string, string]]),
    ...(idempotencyKey === undefined ? [] : [['Idempotency-Key', idempotencyKey] as [string, string]]),
  ]
}

/** Returns the query of a request, percent-encoded. Leaves out undefined values. */
export function buildQuery(values: Readonly<Record<string, string | undefined>>): string {
  let query = ''
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) query += `${query === '' ? '' : '&'}${name}=${encodeURIComponent(value)}`
  return query
}

/** Segments of the path templates of operations. */
const templates: ReadonlyMap<OperationId, readonly string[]> = new Map(
  operations.map(({ operationId, path }) => [operationId, path.slice(1).split('/')]),
)

/**
 * Replaces the parameters in the path template of an operation by percent-encoded names. The names were decoded before,
 * so that no part of a client's path is forwarded unchanged.
 */
function buildPath({ prefix, separator }: RemoteConfig, id: OperationId, target: UpstreamTarget): string {
  const { identifier, namespace = identifier?.namespace } = target
  let path = ''
  for (const segment of templates.get(id) ?? []) {
    if (segment === '{prefix}') path += prefix === '' ? '' : `/${prefix}`
    else if (segment === '{namespace}' && namespace !== undefined)
      path += `/${encodeNamespace(namespace, separator)}`
    else if (!segment.startsWith('{')) path += `/${segment}`
    else if (identifier !== undefined) path += `/${encodeName(identifier.name, 'name')}`
    else throw new Error(`the path of ${id} needs ${segment}`)
  }
  return path
}
