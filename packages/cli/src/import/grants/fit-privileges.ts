import { type Capability, everyCapability, type ObjectKind, relevantCapabilities } from './capability.ts'

/** Privilege of a Headgate server that a right of another catalog is mapped to. */
export type TargetPrivilege = 'use' | 'select' | 'modify' | 'create' | 'manage'

/** Privileges for a right of another catalog, and how they differ from it. */
export interface Fit {
  /** Privileges to grant. Empty: every privilege would allow too much. */
  readonly privileges: readonly TargetPrivilege[]
  /** Capabilities of the privileges that the right lacks. They never include reads and writes of data, drops and grants. */
  readonly wider: readonly Capability[]
  /** Capabilities of the right that the privileges lack. */
  readonly narrower: readonly Capability[]
  /** Privileges that allow everything that the right allows, and more. Null: `privileges` do. */
  readonly complete: {
    readonly privileges: readonly TargetPrivilege[]
    readonly extra: readonly Capability[]
  } | null
}

const use: readonly Capability[] = ['list', 'read-namespaces']
const select: readonly Capability[] = [...use, 'describe', 'read', 'describe-views']
const modify: readonly Capability[] = [
  ...select,
  'write',
  'change-tables',
  'change-views',
  'change-namespaces',
]
const create: readonly Capability[] = [...use, 'create-tables', 'create-views', 'create-namespaces']

/** Capabilities of each privilege on an object and everything in it: `docs/reference/privileges.md`. */
const allowed: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  use,
  select,
  modify,
  create,
  manage: [...modify, ...create, 'drop-tables', 'drop-views', 'drop-namespaces', 'grant', 'delete-warehouse'],
}

/**
 * Capabilities without which a privilege is not granted. The other ones that a privilege allows are small, and stated as
 * wider: names, properties of namespaces, definitions of views.
 */
const essential: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  use: ['list'],
  select: ['list', 'describe', 'read'],
  modify: ['list', 'describe', 'read', 'write', 'change-tables'],
  create: ['list'],
  manage: allowed.manage.filter((each) => each !== 'read-namespaces' && each !== 'delete-warehouse'),
}

/** Essential capabilities on a view, which has no data. */
const essentialOfView: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  ...essential,
  select: ['list', 'describe-views'],
  modify: ['list', 'describe-views', 'change-views'],
}

const creations: readonly Capability[] = ['create-tables', 'create-views', 'create-namespaces']

/** Sets of privileges that are not redundant, from the fewest capabilities to the most. */
const sets: readonly (readonly TargetPrivilege[])[] = [
  ['use'],
  ['select'],
  ['create'],
  ['modify'],
  ['select', 'create'],
  ['modify', 'create'],
  ['manage'],
]

/**
 * Returns the privileges that are closest to a right: the most that the right covers. It chooses no privilege that would let
 * its holder read or write data, drop objects or grant rights if the right does not.
 */
export function fitPrivileges(held: ReadonlySet<Capability>, kind: ObjectKind): Fit {
  const right = relevantCapabilities(kind, held)
  const privileges = sets.findLast((set) => set.every((each) => isCovered(each, right, kind))) ?? []
  const gained = allow(privileges, kind)
  const narrower = [...right].filter((each) => !gained.has(each))
  const complete = sets.find((set) => [...right].every((each) => allow(set, kind).has(each))) ?? []
  return {
    privileges,
    wider: [...gained].filter((each) => !right.has(each)),
    narrower,
    complete:
      narrower.length === 0
        ? null
        : { privileges: complete, extra: [...allow(complete, kind)].filter((each) => !right.has(each)) },
  }
}

function isCovered(privilege: TargetPrivilege, right: ReadonlySet<Capability>, kind: ObjectKind): boolean {
  const isContainer = kind === 'warehouse' || kind === 'namespace'
  if (privilege === 'create') return isContainer && creations.some((each) => right.has(each))
  const needed = (kind === 'view' ? essentialOfView : essential)[privilege]
  const existing = everyCapability(kind)
  return needed.every((each) => right.has(each) || !existing.has(each))
}

function allow(privileges: readonly TargetPrivilege[], kind: ObjectKind): ReadonlySet<Capability> {
  return relevantCapabilities(kind, new Set(privileges.flatMap((each) => allowed[each])))
}
