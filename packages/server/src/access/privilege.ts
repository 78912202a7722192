/**
 * What can be granted. `use` < `select` < `modify` < `manage`; `create` implies `use` and is implied by `manage`.
 *
 * `administer-storage` is custody of the storage below an object: keys, endpoints, allowed locations, vending and the
 * properties that a warehouse sets at its clients. It implies `use`. Only `manage` on the server implies it; `manage`
 * on anything below, and ownership, do not.
 */
export type Privilege = 'use' | 'select' | 'modify' | 'create' | 'manage' | 'administer-storage'

export type SecurableKind = 'server' | 'warehouse' | 'namespace' | 'relation'

/** Id of the one securable above all warehouses. */
export const serverId = '00000000-0000-0000-0000-000000000000'

/** What an object is called, and what it stands in. */
export interface ObjectNames {
  /** Null: the server. */
  readonly warehouse: string | null
  /** Levels, the outermost first; null: it stands in none. */
  readonly namespace: readonly string[] | null
  /** Null: it is what it stands in. */
  readonly relation: { readonly kind: 'table' | 'view'; readonly name: string } | null
}

/**
 * Where an object stands: the ids from itself up to its warehouse, and the owners along the way. Whoever is among
 * the owners has `manage`; whoever holds a grant on any of the ids has it here.
 */
export interface Chain {
  readonly ids: readonly string[]
  readonly owners: readonly string[]
  readonly names: ObjectNames
}
