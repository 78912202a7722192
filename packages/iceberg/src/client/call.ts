import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { Json, JsonObject } from '@headgate/json'
import type { HeaderList } from '@headgate/http'
import { decodeAt, type Decoder } from '../fields.ts'
import { operation, type OperationId } from '../rest/operations.ts'
import { changesState, isRepeatable, takesIdempotencyKey } from './idempotency.ts'
import { InvalidAnswerError } from './errors/rest-error.ts'
import { newIdempotencyKey } from './http/idempotency-key.ts'
import { sendCall, type CallResponse } from './http/send-call.ts'
import { buildPath, type PathParams } from './path.ts'
import type { CallOptions, Delegation, Session } from './session.ts'

export interface Call extends PathParams, CallOptions {
  /** Query parameters. `callUnlisted` escapes their values. */
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Query parameters whose values are already escaped. */
  readonly rawQuery?: Readonly<Record<string, string | undefined>>
  readonly body?: JsonObject
  readonly headers?: HeaderList
  /** Whether the status 304 is a success. Default: false. */
  readonly conditional?: boolean
}

/** Returns whether the server lists an operation in the `endpoints` of its configuration. */
export const supports = (session: Session, id: OperationId): boolean =>
  session.config.endpoints.has(operation(id).endpoint)

/**
 * Refuses an operation that is not in the `endpoints` of the server's configuration.
 *
 * @throws {HeadgateError} unsupported
 */
export function requireSupport(session: Session, id: OperationId): void {
  if (!supports(session, id))
    throw new HeadgateError(
      'unsupported',
      `The server does not support ${id}: its endpoints do not include ${operation(id).endpoint}. Check with supports() before the call.`,
    )
}

/**
 * Calls an operation. Refuses an operation that is not in the `endpoints` of the server's configuration.
 *
 * @throws {HeadgateError} unsupported, when the server does not list it
 */
export async function call(session: Session, id: OperationId, options?: Call): Promise<CallResponse> {
  requireSupport(session, id)
  return await callUnlisted(session, id, options)
}

/** Calls an operation, even if it is not in the `endpoints` of the server's configuration. */
export async function callUnlisted(
  session: Session,
  id: OperationId,
  options: Call = {},
): Promise<CallResponse> {
  const { config, clock, http, uri } = session
  const { body, headers = [], conditional = false, signal, timeoutMs, maxRetries } = options
  const lifetimeMs = takesIdempotencyKey(id) ? config.idempotencyKeyLifetimeMs : null
  return await sendCall(http, {
    operation: id,
    method: operation(id).method,
    url: uri + buildPath(config, id, options) + buildQuery(options),
    headers:
      lifetimeMs === null ? headers : [...headers, ['idempotency-key', newIdempotencyKey(clock)] as const],
    body,
    changes: changesState(id),
    repeatableUntil: repeatableUntil(id, lifetimeMs, clock.now()),
    conditional,
    signal,
    timeoutMs,
    maxRetries,
  })
}

function repeatableUntil(id: OperationId, lifetimeMs: number | null, now: number): number {
  if (isRepeatable(id)) return Number.POSITIVE_INFINITY
  // The lifetime of the idempotency key starts when the request arrives at the server, at an unknown time. The client
  // repeats the request only during half of the lifetime, so that the server still knows the key.
  return lifetimeMs === null ? Number.NEGATIVE_INFINITY : now + lifetimeMs / 2
}

/** Returns the header that requests storage access, or no header if the caller requests no kind of storage access. */
export function delegationHeader(session: Session, { accessDelegation }: Delegation = {}): HeaderList {
  const modes = accessDelegation ?? session.accessDelegation
  return modes.length === 0 ? [] : [['x-iceberg-access-delegation', modes.join(',')]]
}

/**
 * Decodes the body of a successful response.
 *
 * @throws {InvalidAnswerError} when the body does not follow the protocol
 */
export function decodeResponse<T>(id: OperationId, json: Json, decode: Decoder<T>): T {
  try {
    return decodeAt(`response of ${id}`, json, decode)
  } catch (cause) {
    if (!isHeadgateError(cause)) throw cause
    // The server executed the request, although its response cannot be decoded.
    const details = { operation: id, status: 200, type: 'InvalidAnswer', outcomeUnknown: changesState(id) }
    throw new InvalidAnswerError(cause.message, details, { cause })
  }
}

function buildQuery({ query = {}, rawQuery = {} }: Call): string {
  const pairs = [
    ...Object.entries(query).map(([name, value]) => [name, value && encodeURIComponent(value)] as const),
    ...Object.entries(rawQuery),
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
