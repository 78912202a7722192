import type { IncomingMessage } from 'node:http'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { callerKey, callerCache } from '../cache.ts'
import type { S3Session } from '../credentials/s3-session.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import { peerAddress } from '../operation/client-address.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { S3EndpointDeps } from './deps.ts'
import type { S3Error } from './s3-error.ts'

/** Outcome of a request. */
export interface S3Outcome {
  readonly operation: string
  readonly requestId: string
  readonly session: S3Session | undefined
  readonly location: string | undefined
  readonly note: Readonly<Record<string, unknown>> | undefined
  readonly status: number
  readonly milliseconds: number
  readonly failure: S3Error | undefined
}

const maxCachedReads = 20_000
/** Status that nginx logs for a client that disconnected before the response. */
export const clientGoneStatus = 499

/**
 * Returns a function that records metrics, log lines and audit events of requests. Engines read one file in many ranges, and
 * request missing files repeatedly: these are one event for each session. Each write and each refusal is one event.
 */
export function createRecorder(
  deps: Pick<S3EndpointDeps, 'audit' | 'addressOf' | 'log' | 'metrics'>,
): (request: IncomingMessage, outcome: S3Outcome) => void {
  const addressOf = deps.addressOf ?? peerAddress
  const reads = callerCache<true>({ max: maxCachedReads })
  return (request, outcome) => {
    const { operation, requestId, session, location, status, milliseconds, failure } = outcome
    deps.metrics.observe(`s3.${operation}`, status, milliseconds)
    if (failure !== undefined) {
      const line = { requestId, operation, location, code: failure.code, reason: failure.reason }
      if (failure.status >= 500 && failure.code !== 'NotImplemented' && failure.code !== 'SlowDown')
        deps.log.error({ ...line, err: failure.cause ?? failure }, 'S3 request failed')
      else deps.log.debug(line, 'S3 request refused')
    }
    const reading = request.method === 'GET' || request.method === 'HEAD'
    const missing = status === 404
    if (reading && (status < 400 || missing) && session !== undefined) {
      const key = callerKey(session.accessKeyId, JSON.stringify([operation, location, outcome.note, missing]))
      if (reads.get(key) === true) return
      reads.set(key, true)
    }
    deps.audit.record({
      draft: { ...draftOf(outcome), address: addressOf(request) },
      identity: session === undefined ? null : identityOf(session),
      requestId,
      status,
      milliseconds,
      failure: failure === undefined ? null : headgateError(failure),
      userAgent: request.headers['user-agent'],
    })
  }
}

function draftOf({ operation, session, location, note, failure, status }: S3Outcome): AuditDraft {
  const reason =
    failure === undefined
      ? status === clientGoneStatus
        ? 'the client disconnected'
        : undefined
      : [failure.code, failure.reason].filter((text) => text !== undefined).join(': ')
  return {
    operation: `s3.${operation}`,
    ...(location === undefined ? {} : { object: location }),
    ...(reason === undefined ? {} : { reason }),
    ...(session === undefined
      ? {}
      : {
          ...(session.staged ? {} : { securable: { kind: 'relation', id: session.relationId } as const }),
          privilege: session.permission === 'read' ? ('select' as const) : ('modify' as const),
          detail: { session: session.accessKeyId, ...note },
        }),
  }
}

function identityOf({ principal, actor, expiresAt, queryId }: S3Session): ProvenIdentity {
  return {
    principal,
    actors: actor === null ? [] : [actor],
    method: 'session-token',
    expiresAt,
    ...(queryId === undefined ? {} : { queryId }),
  }
}

function headgateError(failure: S3Error): HeadgateError {
  if (isHeadgateError(failure.cause)) return failure.cause
  return new HeadgateError(failure.status === 403 ? 'forbidden' : 'bad-request', failure.message)
}
