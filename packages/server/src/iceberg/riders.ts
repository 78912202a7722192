import type { Decision } from '../access/decision.ts'
import type { Securable } from '../events/audit-event.ts'
import { auditRow } from '../events/audit-row.ts'
import type { Call } from '../http/operation.ts'
import type { IdempotencyRow, Riders } from '../store/riders.ts'

/** An object of a change, when it has several; else the call's own draft names it. */
export interface Touched {
  readonly object: string
  readonly securable: Securable
}

/** What a change of this call takes along: its audit events, its idempotent outcome, the policy it was allowed by. */
export function ridersOf(
  call: Call,
  decision: Decision,
  idempotency: IdempotencyRow | null,
  touched: readonly Touched[] = [],
): Riders {
  const caller = { identity: call.identity, requestId: call.requestId, userAgent: call.header('user-agent') }
  const draft = { ...call.audit, privilege: decision.privilege }
  const drafts = touched.length === 0 ? [draft] : touched.map((object) => ({ ...draft, ...object }))
  return {
    policyVersion: decision.policyVersion,
    audit: drafts.map((each) => auditRow(each, caller, 'allowed')),
    idempotency,
    begin: () => call.begin(),
    done: () => {
      call.audit.written = true
    },
  }
}
