import type { Privilege, SecurableKind } from '../privilege.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

/** Object that events and grants refer to. */
export interface Securable {
  readonly kind: SecurableKind
  readonly id: string
}

/** Part of an audit event that an operation sets while it runs. The pipeline adds the caller, time, request id and outcome. */
export interface AuditDraft {
  operation: string
  securable?: Securable
  /** Name of the object from the request, for people: `lakehouse:sales.orders`. */
  object?: string
  privilege?: Privilege
  reason?: string
  /** Query id that the client sent, used when the token contains none. Not verified. */
  queryId?: string
  /** Identity of the call when it differs from the sender: a renewal by an engine is a call of the token's user. */
  identity?: ProvenIdentity
  /** Address of the client, behind trusted proxies. Empty: unknown. */
  address?: string
  /** True: an engine called for itself, so the user is unknown. */
  withoutUser?: boolean
  detail?: Readonly<Record<string, unknown>>
  /** True: the event was written in the transaction of the change. `onCommit` of its `CommitRecord` sets it. */
  written?: boolean
}
