import type { Capability, ObjectKind } from '../capability.ts'

const describe: readonly Capability[] = ['list', 'read-namespaces', 'describe', 'describe-views']
const select: readonly Capability[] = [...describe, 'read']
const create: readonly Capability[] = [...describe, 'create-tables', 'create-views', 'create-namespaces']
const modify: readonly Capability[] = [
  ...select,
  'write',
  'change-tables',
  'change-views',
  'change-namespaces',
  'drop-tables',
  'drop-views',
  'drop-namespaces',
  'delete-warehouse',
]
const ownership: readonly Capability[] = [...modify, ...create]

/**
 * Capabilities of each relation of a user or role to an object, on the object and everything in it. Source: the
 * OpenFGA model 4.7 of Lakekeeper 0.13.3.
 */
const onObject: Readonly<Record<string, readonly Capability[]>> = {
  describe,
  select,
  create,
  modify,
  ownership,
  manage_grants: ['grant'],
}

/** Capabilities of each relation of a user or role to a project, on the warehouses of the project. */
const onProject: Readonly<Record<string, readonly Capability[]>> = {
  describe,
  select,
  create,
  modify,
  project_admin: [...ownership, 'grant'],
  security_admin: [...describe, 'grant'],
  data_admin: ownership,
}

/**
 * Returns the capabilities of a relation, or null for a relation without a counterpart in Headgate.
 *
 * @param managedAccess whether owners may not grant rights on the object
 */
export function lakekeeperCapabilities(
  relation: string,
  kind: ObjectKind | 'project',
  managedAccess: boolean,
): readonly Capability[] | null {
  const table = kind === 'project' ? onProject : onObject
  if (!Object.hasOwn(table, relation)) return null
  const allowed = table[relation] ?? []
  return kind !== 'project' && relation === 'ownership' && !managedAccess ? [...allowed, 'grant'] : allowed
}
