import { randomUUID } from 'node:crypto'
import type { AuditRow } from '../store/commit-record.ts'

export interface OwnEvent {
  readonly operation: string
  readonly relationId: string
  /** Readable name of the object: warehouse, namespace and name. */
  readonly object: string
  readonly detail: Readonly<Record<string, unknown>>
  /** Request id of the event. Default: a new id. */
  readonly requestId?: string
}

/** Returns the audit event of a change that the server itself makes, without a request of a caller. */
export function ownEvent({
  operation,
  relationId,
  object,
  detail,
  requestId = randomUUID(),
}: OwnEvent): AuditRow {
  return {
    request_id: requestId,
    principal_id: null,
    principal: 'headgate',
    actors: [],
    operation,
    securable_kind: 'relation',
    securable_id: relationId,
    object,
    privilege: null,
    outcome: 'allowed',
    reason: null,
    user_agent: null,
    query_id: null,
    detail,
  }
}
