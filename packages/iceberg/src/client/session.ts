import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { Json, JsonObject } from '@headgate/json'
import { decodeAt, type Decoder } from '../fields.ts'
import type { AccessDelegation } from '../rest/access-delegation.ts'
import { operation, type OperationId } from '../rest/operations.ts'
import type { Clock } from './clock.ts'
import type { CatalogConfig } from './config.ts'
import type { HttpAnswer, HttpClient } from './http/http-client.ts'
import { newIdempotencyKey } from './http/idempotency-key.ts'
import { IcebergRestError } from './http/rest-error.ts'
import { pathOf, type PathParams } from './path.ts'

/** What every operation takes. */
export interface CallOptions {
  /** Ends the call, its waiting for a retry included. */
  readonly signal?: AbortSignal | undefined
}

export interface Delegation {
  /** In order of preference, in place of the catalog's own; empty: no storage access is asked for. */
  readonly accessDelegation?: readonly AccessDelegation[] | undefined
}

/** A catalog that has been connected to. */
export interface Session {
  /** Without a slash at its end; paths begin with `/v1`. */
  readonly uri: string
  readonly http: HttpClient
  readonly config: CatalogConfig
  readonly clock: Clock
  readonly accessDelegation: readonly AccessDelegation[]
  readonly pageSize: number | undefined
}

export interface Call extends PathParams, CallOptions {
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: JsonObject
  readonly headers?: Readonly<Record<string, string>>
  readonly maxRetries?: number | undefined
}

/**
 * Whether the server says that it has this operation.
 */
export const supports = (session: Session, id: OperationId): boolean =>
  session.config.endpoints.has(operation(id).endpoint)

/**
 * @throws {HeadgateError} unsupported, for an operation that the server does not list
 */
export function requireSupport(session: Session, id: OperationId): void {
  if (!supports(session, id))
    throw new HeadgateError(
      'unsupported',
      `The server does not list ${operation(id).endpoint} (${id}) in its endpoints`,
    )
}

/** Calls an operation that the server lists. */
export async function call(session: Session, id: OperationId, options?: Call): Promise<HttpAnswer> {
  requireSupport(session, id)
  return send(session, id, options)
}

/** Calls an operation whether the server lists it or not. */
export async function send(session: Session, id: OperationId, options: Call = {}): Promise<HttpAnswer> {
  const lifetimeMs = session.config.idempotencyKeyLifetimeMs
  const keyed = changes(id) && lifetimeMs !== null
  const { headers, body, maxRetries, signal } = options
  return session.http.send({
    operation: id,
    method: operation(id).method,
    url: session.uri + pathOf(session.config, id, options) + queryOf(options.query),
    ...(headers && { headers }),
    ...(body && { body }),
    idempotency: keyed ? { key: newIdempotencyKey(session.clock), lifetimeMs } : undefined,
    maxRetries,
    signal,
  })
}

/** The header that asks for access to storage. */
export function delegationHeader(
  session: Session,
  { accessDelegation }: Delegation = {},
): Record<string, string> {
  const ways = accessDelegation ?? session.accessDelegation
  return ways.length === 0 ? {} : { 'x-iceberg-access-delegation': ways.join(',') }
}

/** Reads an answer, which is at fault when that fails. */
export function readAs<T>(id: OperationId, json: Json, decode: Decoder<T>): T {
  try {
    return decodeAt(`answer of ${id}`, json, decode)
  } catch (cause) {
    if (!isHeadgateError(cause)) throw cause
    // A success that cannot be read is still a success.
    const details = { operation: id, status: 200, type: 'InvalidAnswer', outcomeUnknown: changes(id) }
    throw new IcebergRestError(cause.message, details, { cause })
  }
}

const changes = (id: OperationId): boolean => /^(?:POST|DELETE)$/.test(operation(id).method)

/** Values must be escaped already where `encodeURIComponent` would say something else. */
function queryOf(query: Call['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
