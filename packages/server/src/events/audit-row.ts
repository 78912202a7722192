import type { HeadgateError } from '@headgate/errors'
import { isHidden } from '../access/refuse.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { AuditRow } from '../store/commit-record.ts'
import type { AuditDraft } from './audit-event.ts'
import { plainText, redact } from './redact.ts'

/**
 * Outcome of a call. `denied`: the caller lacks the right. `failed`: the caller has the right, but the call failed or
 * its result is unknown.
 */
export type AuditOutcome = 'allowed' | 'denied' | 'failed'

/** Data of a request that the request pipeline adds to the audit event. */
export interface AuditedCall {
  readonly requestId: string
  /** Identity of the caller. Null: the caller was not identified. */
  readonly identity: ProvenIdentity | null
  /** Value of the `User-Agent` header, which is not verified. */
  readonly userAgent?: string | undefined
}

/**
 * Returns the complete event of a call, from the draft of its operation and the data of the request pipeline. Changes
 * write the event in their own transaction, as part of the `CommitRecord`.
 *
 * @example
 * ```ts
 * const audit = [auditRow(call.audit, { ...call, userAgent: call.header('user-agent') }, 'allowed')]
 * ```
 */
export function auditRow(draft: AuditDraft, call: AuditedCall, outcome: AuditOutcome): AuditRow {
  const { requestId, userAgent } = call
  const identity = draft.identity ?? call.identity
  return {
    request_id: plainText(requestId, 128),
    principal_id: identity?.principal.id ?? null,
    principal: identity ? formatName(identity.principal) : 'unidentified',
    actors: identity?.actors.map(formatName) ?? [],
    operation: draft.operation,
    securable_kind: draft.securable?.kind ?? null,
    securable_id: draft.securable?.id ?? null,
    object: draft.object === undefined ? null : plainText(draft.object, 1024),
    privilege: draft.privilege ?? null,
    outcome,
    reason: draft.reason === undefined ? null : plainText(draft.reason, 1024),
    user_agent: userAgent === undefined ? null : plainText(userAgent, 256),
    detail: buildDetail(draft),
    query_id: chooseQueryId(draft, identity),
  }
}

/**
 * Returns the query id for the audit event. The query id in the token takes precedence over the header, because
 * the engine requested the token for this query.
 */
function chooseQueryId(draft: AuditDraft, identity: ProvenIdentity | null): string | null {
  const queryId = identity?.queryId ?? draft.queryId
  return queryId === undefined ? null : plainText(queryId, 256)
}

function buildDetail(draft: AuditDraft): Readonly<Record<string, unknown>> | null {
  const { detail, withoutUser = false, address = '' } = draft
  const around = {
    ...(withoutUser ? { onBehalfOf: 'no user' } : {}),
    ...(address === '' ? {} : { address }),
  }
  if (detail !== undefined) return { ...(redact(detail) as Record<string, unknown>), ...around }
  return withoutUser || address !== '' ? around : null
}

/** Returns the outcome in the audit event for a response status and its error. */
export function toAuditOutcome(status: number, failure: HeadgateError | null): AuditOutcome {
  if (status === 401 || status === 403 || status === 429 || (failure && isHidden(failure))) return 'denied'
  // RFC 6749 section 5.2 requires 400 for a refused subject token or assertion.
  if (failure?.code === 'invalid-grant') return 'denied'
  return status >= 400 ? 'failed' : 'allowed'
}

/**
 * Returns the name of a principal in audit events. For a principal of another issuer, it contains the issuer,
 * because two issuers can use the same subject.
 */
function formatName(principal: { readonly issuer: string; readonly subject: string }): string {
  const name =
    principal.issuer === 'headgate' ? principal.subject : `${principal.issuer}#${principal.subject}`
  return plainText(name, 512)
}
