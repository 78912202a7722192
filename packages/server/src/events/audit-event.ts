import type { Privilege, SecurableKind } from '../access/privilege.ts'
import type { Identity } from '../identity/identity.ts'

/** An object that events and grants are about. */
export interface Securable {
  readonly kind: SecurableKind
  readonly id: string
}

/** What an operation tells about itself while it runs; the rest (who, when, request id, outcome) is known around it. */
export interface AuditDraft {
  operation: string
  securable?: Securable
  /** The object as the caller named it, for people: `lakehouse:sales.orders`. */
  object?: string
  privilege?: Privilege
  reason?: string
  /** The client's own name for what it is doing, where its token says none: a claim. */
  queryId?: string
  /** Whose call it is, where that is not who sent it: a renewal by an engine is the call of the token's user. */
  identity?: Identity
  /** Where the call comes from, behind trusted proxies; empty when that is not known. */
  address?: string
  /** An engine called for itself: on whose behalf is unknown. */
  withoutUser?: boolean
  detail?: Readonly<Record<string, unknown>>
  /** The event is written already, in the transaction of the change; set by the riders that carried it. */
  written?: boolean
}
