import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { Json, JsonObject } from '@headgate/json'
import type { HeaderList } from '@headgate/http'
import { decodeAt, type Decoder } from '../fields.ts'
import { operation, type OperationId } from '../rest/operations.ts'
import { changes, repeatable, takesKey } from './effects.ts'
import { InvalidAnswerError } from './errors/rest-error.ts'
import { newIdempotencyKey } from './http/idempotency-key.ts'
import { sendCall, type CallResponse } from './http/send-call.ts'
import { pathOf, type PathParams } from './path.ts'
import type { CallOptions, Delegation, Session } from './session.ts'

export interface Call extends PathParams, CallOptions {
  /** Values as they are: they are escaped here. */
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Query that is escaped already. */
  readonly rawQuery?: Readonly<Record<string, string | undefined>>
  readonly body?: JsonObject
  readonly headers?: HeaderList
  /** 304 is an answer. */
  readonly conditional?: boolean
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
export async function call(session: Session, id: OperationId, options?: Call): Promise<CallResponse> {
  requireSupport(session, id)
  return await send(session, id, options)
}

/** Calls an operation whether the server lists it or not. */
export async function send(session: Session, id: OperationId, options: Call = {}): Promise<CallResponse> {
  const { config, clock, http, uri } = session
  const { body, headers = [], conditional = false, signal, timeoutMs, maxRetries } = options
  const lifetimeMs = takesKey(id) ? config.idempotencyKeyLifetimeMs : null
  return await sendCall(http, {
    operation: id,
    method: operation(id).method,
    url: uri + pathOf(config, id, options) + queryOf(options),
    headers:
      lifetimeMs === null ? headers : [...headers, ['idempotency-key', newIdempotencyKey(clock)] as const],
    body,
    changes: changes(id),
    repeatableUntil: repeatableUntil(id, lifetimeMs, clock.now()),
    conditional,
    signal,
    timeoutMs,
    maxRetries,
  })
}

function repeatableUntil(id: OperationId, lifetimeMs: number | null, now: number): number {
  if (repeatable(id)) return Number.POSITIVE_INFINITY
  // Half of the lifetime: the server's began when the request arrived, and the answer may come late.
  return lifetimeMs === null ? Number.NEGATIVE_INFINITY : now + lifetimeMs / 2
}

/** The header that asks for access to storage. */
export function delegationHeader(session: Session, { accessDelegation }: Delegation = {}): HeaderList {
  const ways = accessDelegation ?? session.accessDelegation
  return ways.length === 0 ? [] : [['x-iceberg-access-delegation', ways.join(',')]]
}

/** Reads an answer, which is at fault when that fails. */
export function readAs<T>(id: OperationId, json: Json, decode: Decoder<T>): T {
  try {
    return decodeAt(`answer of ${id}`, json, decode)
  } catch (cause) {
    if (!isHeadgateError(cause)) throw cause
    // A success that cannot be read is still a success.
    const details = { operation: id, status: 200, type: 'InvalidAnswer', outcomeUnknown: changes(id) }
    throw new InvalidAnswerError(cause.message, details, { cause })
  }
}

function queryOf({ query = {}, rawQuery = {} }: Call): string {
  const pairs = [
    ...Object.entries(query).map(([name, value]) => [name, value && encodeURIComponent(value)] as const),
    ...Object.entries(rawQuery),
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
