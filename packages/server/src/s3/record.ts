import type { IncomingMessage } from 'node:http'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { callerKey, callerCache } from '../cache.ts'
import type { S3Session } from '../credentials/s3-session.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import { peerAddress } from '../operation/client-address.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { S3EndpointDeps } from './deps.ts'
import type { S3Error } from './s3-error.ts'

/** Result of an S3 request, for its metrics, log line and audit event. */
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
/**
 * Status in metrics and audit events of a request whose client disconnected before the response, as in logs of nginx.
 */
export const clientGoneStatus = 499

/**
 * Returns a function that records metrics, log lines and audit events of requests. Each write and each refusal
 * results in one audit event. Repeated reads of the same file, or of the same missing file, result in one audit event
 * for each session, because engines read a file in many ranges.
 */
export function createRecorder(
  deps: Pick<S3EndpointDeps, 'audit' | 'accessLog' | 'resolveAddress' | 'log' | 'metrics'>,
): (request: IncomingMessage, outcome: S3Outcome) => void {
  const resolveAddress = deps.resolveAddress ?? peerAddress
  const reads = callerCache<true>({ max: maxCachedReads })
  return (request, outcome) => {
    const { operation, requestId, session, location, status, milliseconds, failure } = outcome
    deps.metrics.observe(`s3.${operation}`, status, milliseconds)
    if (session !== undefined) deps.accessLog?.used(session)
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
      draft: { ...toAuditDraft(outcome), address: resolveAddress(request) },
      identity: session === undefined ? null : toIdentity(session),
      requestId,
      status,
      milliseconds,
      failure: failure === undefined ? null : headgateError(failure),
      userAgent: request.headers['user-agent'],
    })
  }
}

function toAuditDraft({ operation, session, location, note, failure, status }: S3Outcome): AuditDraft {
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

function toIdentity({ principal, actor, expiresAt, queryId }: S3Session): ProvenIdentity {
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
