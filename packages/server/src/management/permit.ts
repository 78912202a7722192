import type { Decision } from '../access/decision.ts'
import { decide } from '../access/decide.ts'
import type { Chain, Privilege, SecurableKind } from '../access/privilege.ts'
import { enforce, type RefusedObject } from '../access/refuse.ts'
import { auditRow } from '../events/audit-row.ts'
import type { Call } from '../http/operation.ts'
import type { Riders } from '../store/riders.ts'
import { refuseActing } from './acting.ts'

/** An object that an operation is about, with its place. */
export interface Permitted extends RefusedObject {
  readonly kind: SecurableKind
  readonly id: string
  readonly chain: Chain
}

/** The caller must have the privilege on the object, and in person, as for everything that administers (`acting.ts`). */
export function permit(call: Call, object: Permitted, privilege: Privilege = 'manage'): Decision {
  call.audit.privilege = privilege
  call.audit.object = object.name
  const decision = decide(call.policy, object.chain, privilege)
  if (decision.outcome !== 'hide') call.audit.securable = { kind: object.kind, id: object.id }
  enforce(decision, object)
  refuseActing(call)
  return decision
}

/** Requires one of the privileges on the object; a refusal names the first. Otherwise like `permit`. */
export function permitAny(
  call: Call,
  object: Permitted,
  [first, ...others]: readonly [Privilege, ...Privilege[]],
): Decision {
  const held = others.find((each) => decide(call.policy, object.chain, each).outcome === 'allow')
  const isFirstHeld = decide(call.policy, object.chain, first).outcome === 'allow'
  return permit(call, object, isFirstHeld ? first : (held ?? first))
}

/** What a change of this call takes along: its audit event, and the policy it was allowed by. */
export function ridersFor(call: Call, { policyVersion }: Decision): Riders {
  const known = { requestId: call.requestId, identity: call.identity, userAgent: call.header('user-agent') }
  return {
    policyVersion,
    audit: [auditRow(call.audit, known, 'allowed')],
    idempotency: null,
    done: () => {
      call.audit.written = true
    },
  }
}
