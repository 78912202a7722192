import type { Decision } from '../access/decision.ts'
import { decide } from '../access/decide.ts'
import type { Chain, Privilege, SecurableKind } from '../privilege.ts'
import { enforce, type RefusedObject } from '../access/refuse.ts'
import { commitRecord } from '../directory/policy-change.ts'
import type { Call } from '../operation/operation.ts'
import { requestChange } from './administer.ts'
import { refuseActing } from './acting.ts'

/** Object of an operation, with the objects that contain it (`chain`). */
export interface Permitted extends RefusedObject {
  readonly kind: SecurableKind
  readonly id: string
  readonly chain: Chain
}

/**
 * Requires the privilege on the object from the caller. If an engine acts for the caller, its entry must allow
 * administration (`acting.ts`).
 */
export function permit(call: Call, object: Permitted, privilege: Privilege = 'manage'): Decision {
  call.audit.privilege = privilege
  call.audit.object = object.name
  const decision = decide(call.policy, object.chain, privilege)
  if (decision.outcome !== 'hide') call.audit.securable = { kind: object.kind, id: object.id }
  enforce(decision, object)
  refuseActing(call)
  return decision
}

/**
 * Requires one of the privileges on the object, with the checks of `permit`. The error of a refusal names the first of
 * these privileges.
 */
export function permitAny(
  call: Call,
  object: Permitted,
  [first, ...others]: readonly [Privilege, ...Privilege[]],
): Decision {
  const held = others.find((each) => decide(call.policy, object.chain, each).outcome === 'allow')
  const isFirstHeld = decide(call.policy, object.chain, first).outcome === 'allow'
  return permit(call, object, isFirstHeld ? first : (held ?? first))
}

/** Returns the rows that the transaction of a change must also write, such as the audit event. */
export function toCommitRecord(call: Call, decision: Decision): ReturnType<typeof commitRecord> {
  return commitRecord(requestChange(call, decision))
}
