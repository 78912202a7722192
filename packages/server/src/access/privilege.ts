/** What can be granted. `use` < `select` < `modify` < `manage`; `create` implies `use` and is implied by `manage`. */
export type Privilege = 'use' | 'select' | 'modify' | 'create' | 'manage'

export type SecurableKind = 'server' | 'warehouse' | 'namespace' | 'relation'

/** Id of the one securable above all warehouses. */
export const serverId = '00000000-0000-0000-0000-000000000000'

/**
 * Where an object stands: the ids from itself up to its warehouse, and the owners along the way. Whoever is among
 * the owners has `manage`; whoever holds a grant on any of the ids has it here.
 */
export interface Chain {
  readonly ids: readonly string[]
  readonly owners: readonly string[]
}
