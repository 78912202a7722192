import type { Privilege, SecurableKind } from '../privilege.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

/** Object that audit events and grants refer to, such as a warehouse or a table. */
export interface Securable {
  readonly kind: SecurableKind
  readonly id: string
}

/**
 * Part of an audit event that an operation sets while it runs. The request pipeline adds the caller, time, request id
 * and outcome.
 */
export interface AuditDraft {
  operation: string
  securable?: Securable
  /** Readable name of the object as the request names it: `lakehouse:sales.orders`. */
  object?: string
  privilege?: Privilege
  reason?: string
  /** Unverified query id that the client sent. The event contains it only if the token contains no query id. */
  queryId?: string
  /**
   * Identity that the event records instead of the sender. Example: when an engine renews a storage credential
   * for a user, the event records the user.
   */
  identity?: ProvenIdentity
  /**
   * IP address of the client. For a request through trusted proxies, it is the address that they report. Empty:
   * unknown.
   */
  address?: string
  /** True: an engine sent the request for itself, so no user is known. */
  withoutUser?: boolean
  detail?: Readonly<Record<string, unknown>>
  /**
   * True: the transaction of the change already wrote the event, so the request pipeline does not write it again.
   * `onCommit` of the `CommitRecord` sets this field.
   */
  written?: boolean
}
