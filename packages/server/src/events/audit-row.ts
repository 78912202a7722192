import type { HeadgateError } from '@headgate/errors'
import { isHidden } from '../access/refuse.ts'
import type { Identity } from '../identity/identity.ts'
import type { AuditRow } from '../store/riders.ts'
import type { AuditDraft } from './audit-event.ts'
import { plainText, redact } from './redact.ts'

/** How it ended. `denied`: the caller may not; `failed`: it may, but it was not done, or nobody knows whether it was. */
export type AuditOutcome = 'allowed' | 'denied' | 'failed'

/** What is known about a call around its operation. */
export interface AuditedCall {
  readonly requestId: string
  /** Null: nobody was identified. */
  readonly identity: Identity | null
  /** The `User-Agent` header: a claim of the client, not a proof. */
  readonly userAgent?: string | undefined
}

/**
 * The whole event of a call: what its operation told, and what is known around it. Changes write it in their own
 * transaction, as riders.
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
    principal: identity ? nameOf(identity.principal) : 'unidentified',
    actors: identity?.actors.map(nameOf) ?? [],
    operation: draft.operation,
    securable_kind: draft.securable?.kind ?? null,
    securable_id: draft.securable?.id ?? null,
    object: draft.object === undefined ? null : plainText(draft.object, 1024),
    privilege: draft.privilege ?? null,
    outcome,
    reason: draft.reason === undefined ? null : plainText(draft.reason, 1024),
    user_agent: userAgent === undefined ? null : plainText(userAgent, 256),
    detail: detailOf(draft),
    query_id: queryIdOf(draft, identity),
  }
}

/** What the token says outweighs what a header does: an engine put it there when it spoke for the user. */
function queryIdOf(draft: AuditDraft, identity: Identity | null): string | null {
  const queryId = identity?.queryId ?? draft.queryId
  return queryId === undefined ? null : plainText(queryId, 256)
}

function detailOf(draft: AuditDraft): Readonly<Record<string, unknown>> | null {
  const { detail, withoutUser = false, address = '' } = draft
  const around = {
    ...(withoutUser ? { onBehalfOf: 'no user' } : {}),
    ...(address === '' ? {} : { address }),
  }
  if (detail !== undefined) return { ...(redact(detail) as Record<string, unknown>), ...around }
  return withoutUser || address !== '' ? around : null
}

/** The outcome that an answer says. */
export function outcomeOf(status: number, failure: HeadgateError | null): AuditOutcome {
  if (status === 401 || status === 403 || status === 429 || (failure && isHidden(failure))) return 'denied'
  return status >= 400 ? 'failed' : 'allowed'
}

/** Subjects of other issuers are theirs alone: only with the issuer do they name somebody. */
function nameOf(principal: { readonly issuer: string; readonly subject: string }): string {
  const name =
    principal.issuer === 'headgate' ? principal.subject : `${principal.issuer}#${principal.subject}`
  return plainText(name, 512)
}
