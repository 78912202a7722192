/**
 * Privilege that a grant contains. `use` < `select` < `modify` < `manage`; `create` implies `use` and is implied by
 * `manage`.
 *
 * `administer-storage` allows a caller to change the storage below an object: keys, endpoints, allowed locations, vending
 * and the properties that a warehouse sets for its clients. It implies `use`. Only `manage` on the server implies it;
 * `manage` on other objects, and ownership, do not.
 */
export type Privilege = 'use' | 'select' | 'modify' | 'create' | 'manage' | 'administer-storage'

export type SecurableKind = 'server' | 'warehouse' | 'namespace' | 'relation'

/** Names of an object and of the objects that contain it. */
export interface ObjectNames {
  /** Null: the server. */
  readonly warehouse: string | null
  /** Levels, the outermost first. Null: the object is the server or a warehouse. */
  readonly namespace: readonly string[] | null
  /** Null: the object is not a relation. */
  readonly relation: { readonly kind: 'table' | 'view' | 'lance-table'; readonly name: string } | null
}

/**
 * An object with the objects that contain it: ids from the object up to its warehouse, and the owner of each. Each owner
 * has `manage` on the object. A grant on any of the ids applies to the object.
 */
export interface Chain {
  readonly ids: readonly string[]
  readonly owners: readonly string[]
  readonly names: ObjectNames
}
