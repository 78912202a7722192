import { type Capability, everyCapability, type ObjectKind, relevantCapabilities } from './capability.ts'

/** Privilege of a Headgate server to which a right of another catalog can be mapped. */
export type TargetPrivilege = 'use' | 'select' | 'modify' | 'create' | 'manage'

/** Privileges to which a right of another catalog is mapped, and the differences between them and the right. */
export interface Fit {
  /** Privileges to grant. Empty if every privilege would allow more than the right. */
  readonly privileges: readonly TargetPrivilege[]
  /**
   * Capabilities that the privileges have and the right lacks. They are never reading or writing data, dropping
   * objects or granting rights.
   */
  readonly wider: readonly Capability[]
  /** Capabilities that the right has and the privileges lack. */
  readonly narrower: readonly Capability[]
  /**
   * Privileges that include all capabilities of the right, and the capabilities that they have in addition. Null if
   * `privileges` already include all.
   */
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

/**
 * Capabilities that each privilege of a Headgate server includes, on an object and everything in it. Source:
 * `docs/reference/privileges.md`.
 */
const allowed: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  use,
  select,
  modify,
  create,
  manage: [...modify, ...create, 'drop-tables', 'drop-views', 'drop-namespaces', 'grant', 'delete-warehouse'],
}

/**
 * Capabilities that a right must have to be mapped to a privilege. A right may lack the other capabilities of the
 * privilege, such as reading namespace properties, and the review document then lists them in a comment.
 */
const essential: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  use: ['list'],
  select: ['list', 'describe', 'read'],
  modify: ['list', 'describe', 'read', 'write', 'change-tables'],
  create: ['list'],
  manage: allowed.manage.filter((each) => each !== 'read-namespaces' && each !== 'delete-warehouse'),
}

/**
 * Capabilities that a right on a view must have to be mapped to a privilege. A view has no data, so these differ from
 * the capabilities for tables.
 */
const essentialOfView: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  ...essential,
  select: ['list', 'describe-views'],
  modify: ['list', 'describe-views', 'change-views'],
}

const creations: readonly Capability[] = ['create-tables', 'create-views', 'create-namespaces']

/** Sets of privileges to choose from, ordered by their number of capabilities, the smallest first. */
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
 * Maps a right of another catalog to privileges: the largest set of privileges whose essential capabilities the right
 * has. Never returns a privilege that lets its holder read or write data, drop objects or grant rights if the right
 * does not allow this.
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
