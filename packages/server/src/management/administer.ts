import type { Decision } from '../access/decision.ts'
import { decide, serverChain } from '../access/decide.ts'
import type { Policies } from '../access/policies.ts'
import { enforce, type RefusedObject } from '../access/refuse.ts'
import type { Chain, Privilege } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import type { DirectoryDeps } from '../directory/deps.ts'
import type { RequestedChange } from '../directory/policy-change.ts'
import type { Call } from '../operation/operation.ts'
import type { MasterKey } from '../keys/master-key.ts'
import type { PageTokens } from '../keys/page-tokens.ts'
import { refuseActing } from './acting.ts'
import type { IssuerSummary } from './issuer-summary.ts'

/** Object that a request names: the server, a warehouse, or a namespace, table or view in a warehouse. */
export type NamedObject =
  | 'server'
  | {
      readonly warehouse: string
      readonly namespace?: readonly string[] | undefined
      readonly relation?: string | undefined
    }

/** Dependencies of management operations. */
export interface ManagementDeps extends DirectoryDeps {
  readonly policies: Policies
  readonly pageTokens: PageTokens
  /**
   * Adds the row of an object that exists only in the upstream of its warehouse, so that a grant can refer to it. Does
   * nothing for other objects. Absent: this server has no upstream warehouses.
   */
  readonly discover?: (call: Call, name: NamedObject) => Promise<void>
  /** Configured issuers, for the list of issuers. Default: none. */
  readonly issuerSummaries?: readonly IssuerSummary[]
  /** Encrypts the secrets of access keys. */
  readonly master: MasterKey
  /** Time in ms for which the storage gateway may reuse an access decision. Default 30 s. */
  readonly gatewayDecisionMs?: number
}

/** Requires the privilege `manage` on the server from the caller. */
export function administerServer(call: Call): Decision {
  call.audit.securable = { kind: 'server', id: serverId }
  return administer(call, serverChain, { kind: 'server', name: 'server' })
}

/**
 * Requires the privilege on the object from the caller. If an engine acts for the caller, the engine entry must
 * allow administration, too.
 */
export function administer(
  call: Call,
  chain: Chain,
  object: RefusedObject,
  privilege: Privilege = 'manage',
): Decision {
  call.audit.privilege = privilege
  const decision = decide(call.policy, chain, privilege)
  enforce(decision, object)
  refuseActing(call)
  return decision
}

/**
 * Returns the data that a change needs from its call: the caller, the audit event and the policy version of the
 * decision.
 */
export function requestChange(call: Call, decision: Decision): RequestedChange {
  const { requestId, identity, audit } = call
  return { decision, audit, call: { requestId, identity, userAgent: call.header('user-agent') } }
}

/** Requires the privilege `manage` on the server, and returns the data that a change needs from its call. */
export function requestServerChange(call: Call): RequestedChange {
  return requestChange(call, administerServer(call))
}
