import type { Warehouse } from '../warehouses.ts'

const property = 'lance.managed-versioning'

/**
 * Returns the member with which the server asks clients to commit versions through it. A warehouse chooses it with a
 * property. The storage decides which versions a table has in both cases, so the choice can change at any time.
 */
export function managedVersioning({ defaults, overrides }: Pick<Warehouse, 'defaults' | 'overrides'>): {
  readonly managed_versioning?: true
} {
  return { ...defaults, ...overrides }[property] === 'true' ? { managed_versioning: true } : {}
}
