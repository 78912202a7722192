import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type HeadgateError, isHeadgateError } from '@headgate/errors'
import type { AuditDraft } from '../events/audit-event.ts'
import type { AuditLog } from '../events/audit-log.ts'
import type { ClientAddress } from '../operation/client-address.ts'
import type { Response } from '../operation/operation.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

export interface AuditedDeps {
  readonly audit: AuditLog
  readonly resolveAddress: ClientAddress
}

/** Result of an operation that signs a browser in or out. */
export interface Done {
  readonly identity: ProvenIdentity | null
  readonly response: Response
}

/** Operation that is running, for its audit event. */
export interface Running {
  readonly draft: AuditDraft
  readonly requestId: string
}

/**
 * Runs an operation and records its audit event, which the request pipeline does only for authenticated callers.
 *
 * @param onFailure returns the response for an error. Default: the error is thrown
 */
export async function audited(
  { audit, resolveAddress }: AuditedDeps,
  request: IncomingMessage,
  operation: string,
  run: (running: Running) => Promise<Done>,
  onFailure?: (error: HeadgateError, running: Running) => Response,
): Promise<Response> {
  const draft: AuditDraft = { operation, address: resolveAddress(request) }
  const running = { draft, requestId: randomUUID() }
  const startedAt = performance.now()
  const record = (identity: ProvenIdentity | null, status: number, failure: HeadgateError | null): void =>
    audit.record({
      draft,
      identity,
      requestId: running.requestId,
      status,
      milliseconds: performance.now() - startedAt,
      failure,
      userAgent: request.headers['user-agent'],
    })
  try {
    const { identity, response } = await run(running)
    record(identity, response.status, null)
    return response
  } catch (error) {
    if (!isHeadgateError(error)) throw error
    record(null, error.kind.status, error)
    if (onFailure === undefined) throw error
    return onFailure(error, running)
  }
}
