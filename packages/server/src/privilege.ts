/**
 * Privilege that a grant contains. `use` < `select` < `modify` < `manage`; `create` implies `use` and is implied by
 * `manage`.
 *
 * `administer-storage` allows a caller to change the storage below an object: keys, endpoints, allowed locations, vending
 * and the properties that a warehouse sets for its clients. It implies `use`. Only `manage` on the server implies it;
 * `manage` on other objects, and ownership, do not.
 */
export type Privilege = 'use' | 'select' | 'modify' | 'create' | 'manage' | 'administer-storage'

/**
 * Restriction of a grant of `select`. Its holder may read only some rows or columns, by an engine that is trusted to
 * enforce it, or from files that contain only these rows.
 */
export interface Restriction {
  /** Condition on the rows, in the text form of `parseFilter`. Null: all rows. */
  readonly rows: string | null
  /** Names of the columns. Null: all columns. */
  readonly columns: readonly string[] | null
}

export type SecurableKind = 'server' | 'warehouse' | 'namespace' | 'relation'

/** Name of an object, and the names of the objects that contain it. */
export interface ObjectNames {
  /** Name of the warehouse. Null: the object is the server. */
  readonly warehouse: string | null
  /** Levels of the namespace, the outermost first. Null: the object is the server or a warehouse. */
  readonly namespace: readonly string[] | null
  /** Table or view. Null: the object is the server, a warehouse or a namespace. */
  readonly relation: { readonly kind: 'table' | 'view' | 'lance-table'; readonly name: string } | null
}

/**
 * Privilege chain of an object: the ids of the object and of the objects that contain it, up to its warehouse, and the
 * owner of each of them. Each owner has `manage` on the object. A grant on any of the ids applies to the object.
 */
export interface Chain {
  readonly ids: readonly string[]
  readonly owners: readonly string[]
  readonly names: ObjectNames
}
