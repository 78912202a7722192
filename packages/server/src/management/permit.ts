import { HeadgateError } from '@headgate/errors'
import type { Decision } from '../access/decision.ts'
import { decide } from '../access/decide.ts'
import type { Chain, Privilege, SecurableKind } from '../access/privilege.ts'
import { enforce, type RefusedObject } from '../access/refuse.ts'
import { auditRow } from '../events/audit-row.ts'
import type { Call } from '../http/operation.ts'
import type { Riders } from '../store/riders.ts'

/** An object that an operation is about, with its place. */
export interface Permitted extends RefusedObject {
  readonly kind: SecurableKind
  readonly id: string
  readonly chain: Chain
}

/** The caller must have the privilege on the object, in person, as for everything that administers. */
export function permit(call: Call, object: Permitted, privilege: Privilege = 'manage'): Decision {
  call.audit.privilege = privilege
  call.audit.object = object.name
  const decision = decide(call.policy, object.chain, privilege)
  if (decision.outcome !== 'hide') call.audit.securable = { kind: object.kind, id: object.id }
  enforce(decision, object)
  checkInPerson(call)
  return decision
}

/** @throws HeadgateError `forbidden` when somebody acts for the caller */
export function checkInPerson({ identity }: Call): void {
  if (identity.actors.length === 0) return
  throw new HeadgateError(
    'forbidden',
    'An engine that acts for somebody may not administer: sign in yourself.',
  )
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
