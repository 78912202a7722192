import { randomUUID } from 'node:crypto'
import type { AuditRow } from '../store/riders.ts'

export interface OwnEvent {
  readonly operation: string
  readonly relationId: string
  /** For people: warehouse, namespace and name. */
  readonly object: string
  readonly detail: Readonly<Record<string, unknown>>
  /** What the event belongs to; a new id unless told. */
  readonly requestId?: string
}

/** The audit event of something that the server does by itself: nobody asked for it just now. */
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
