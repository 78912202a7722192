import type { Capability } from '../capability.ts'

/** Levels of objects in Unity Catalog. Each level inherits the privileges of the level before it. */
export const levels = ['catalog', 'schema', 'table'] as const

export type Level = (typeof levels)[number]

/** Rights of one user on an object, and on the objects that contain it. */
export interface UserRights {
  readonly level: Level
  /** Privileges on the object, including the privileges that it inherits. */
  readonly privileges: ReadonlySet<string>
  /** Privileges of the user on the catalog. Without USE CATALOG, no other privilege has an effect. */
  readonly onCatalog: ReadonlySet<string>
  /** Levels at which the user owns the object or an object that contains it. */
  readonly owns: ReadonlySet<Level>
}

/**
 * Privileges that only make other privileges effective. The review document has no entry for them, because a Headgate
 * privilege on an object needs no privilege on the objects above it.
 */
export const conditions: ReadonlySet<string> = new Set(['USE CATALOG', 'USE SCHEMA'])

/** Privileges of Unity Catalog that are mapped to privileges of Headgate. */
export const mapped: ReadonlySet<string> = new Set([
  'SELECT',
  'MODIFY',
  'CREATE TABLE',
  'CREATE SCHEMA',
  'OWNER',
])

/**
 * Returns the capabilities of a user on an object, according to `AuthorizeExpressions.java` and `SchemaService.java`
 * of Unity Catalog 0.6.0. The owner of a catalog or schema may not read data, unless the owner grants itself SELECT on
 * the tables.
 */
export function unityCapabilities(rights: UserRights): ReadonlySet<Capability> {
  const { level, privileges, owns } = rights
  const allowed: Capability[] = []
  const missing = missingCondition(rights)
  if (missing === null) {
    if (privileges.has('SELECT')) allowed.push('list', 'describe', 'read')
    if (privileges.has('MODIFY')) allowed.push('list', 'describe', 'change-tables')
    if (privileges.has('SELECT') && privileges.has('MODIFY')) allowed.push('write')
    if (privileges.has('CREATE TABLE')) allowed.push('list', 'create-tables', 'create-views')
    if (owns.has('table'))
      allowed.push('list', 'describe', 'read', 'write', 'change-tables', 'drop-tables', 'grant')
  }
  if (missing !== 'USE CATALOG') {
    if (level === 'catalog' && privileges.has('CREATE SCHEMA')) allowed.push('list', 'create-namespaces')
    if (owns.has('schema')) {
      allowed.push(
        'list',
        'describe',
        'create-tables',
        'create-views',
        'drop-tables',
        'drop-namespaces',
        'grant',
      )
    }
  }
  if (owns.has('catalog')) {
    allowed.push('list', 'describe', 'create-namespaces', 'drop-tables', 'drop-namespaces', 'grant')
  }
  return new Set(allowed)
}

/**
 * Returns the privilege (USE CATALOG or USE SCHEMA) without which the rights of a user on tables have no effect, or
 * null if the user has both.
 */
export function missingCondition({ privileges, onCatalog, owns }: UserRights): string | null {
  if (!onCatalog.has('USE CATALOG') && !owns.has('catalog')) return 'USE CATALOG'
  return privileges.has('USE SCHEMA') || owns.has('schema') ? null : 'USE SCHEMA'
}
