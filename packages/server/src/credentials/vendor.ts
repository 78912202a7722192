import type { Warehouse } from '../catalog/warehouses.ts'
import type { Principal } from '../identity/identity.ts'

/** What may be done with the objects in a scope. */
export type Access = 'read' | 'read-write'

/** Objects that storage access is for. */
export interface AccessScope {
  /** Canonical prefixes, each ending in `/`, all of one scheme; never empty. */
  readonly prefixes: readonly string[]
  readonly access: Access
}

/** For whom storage access is made: named in the session at the store, and asked about again by the gateway. */
export interface Bearer {
  readonly principal: Principal
  /** The engine that acts for the principal, the outermost one. */
  readonly actor: Principal | null
  /** Epoch ms at which the caller's session began; see `Identity.issuedAt`. */
  readonly issuedAt: number | null
  /** Ids of the views that it reads through: whose definers' rights are asked about again. Absent or empty: by its own. */
  readonly through?: readonly string[]
  /** The engine's own name for what it is doing, for the gateway's records; absent: it said none. */
  readonly queryId?: string
}

export interface VendRequest {
  readonly warehouse: Warehouse
  readonly relation: {
    readonly id: string
    /** It is being created: rights are those of creating in the namespace. */
    readonly staged: boolean
    readonly namespaceId: string
  }
  readonly scope: AccessScope
  readonly bearer: Bearer
  /** Epoch ms until which it is wanted: what is handed out says of itself that it ends then or earlier. */
  readonly notAfter: number
}

/** Short-lived storage access, as client properties. */
export interface StorageAccess {
  /** Keys, expiry, and where the store is; nothing else. */
  readonly config: Readonly<Record<string, string>>
  /** Epoch ms. */
  readonly expiresAt: number
}

/** Mints storage access at one kind of store. */
export interface Vendor {
  /**
   * @throws HeadgateError `unavailable` when the store's own service is away, `internal` when the warehouse is set up
   *   in a way that cannot work
   */
  vend(request: VendRequest, signal?: AbortSignal): Promise<StorageAccess>
}
