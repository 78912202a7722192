import type { Capability } from '../capability.ts'

/** Level of an object. Privileges are inherited from each level by the next. */
export const levels = ['catalog', 'schema', 'table'] as const

export type Level = (typeof levels)[number]

/** Rights of one user on an object, and on the objects that contain it. */
export interface UserRights {
  readonly level: Level
  /** Privileges on the object and those that it inherits. */
  readonly privileges: ReadonlySet<string>
  /** Privileges on the catalog, of which USE CATALOG must be one. */
  readonly onCatalog: ReadonlySet<string>
  /** Levels of which the user is the owner. */
  readonly owns: ReadonlySet<Level>
}

/** Privileges on which the effect of others depends. They have no entry: here, a privilege also permits the path to an object. */
export const conditions: ReadonlySet<string> = new Set(['USE CATALOG', 'USE SCHEMA'])

/** Privileges that have a counterpart. */
export const mapped: ReadonlySet<string> = new Set([
  'SELECT',
  'MODIFY',
  'CREATE TABLE',
  'CREATE SCHEMA',
  'OWNER',
])

/**
 * Returns what a user may do, from `AuthorizeExpressions.java` and `SchemaService.java` of Unity Catalog 0.6.0. The owner of a
 * catalog or schema may not read data: such an owner must grant itself SELECT on the tables.
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

/** Returns the condition that a user lacks for the use of tables, or null. */
export function missingCondition({ privileges, onCatalog, owns }: UserRights): string | null {
  if (!onCatalog.has('USE CATALOG') && !owns.has('catalog')) return 'USE CATALOG'
  return privileges.has('USE SCHEMA') || owns.has('schema') ? null : 'USE SCHEMA'
}
