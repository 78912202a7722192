import { type Capability, everyCapability, type ObjectKind, relevantCapabilities } from './capability.ts'

/** Privilege of a Headgate server, to which a right of another catalog can be mapped. */
export type TargetPrivilege = 'use' | 'select' | 'modify' | 'create' | 'manage'

/** Privileges to which a right of another catalog is mapped, and the differences between them and the right. */
export interface Fit {
  /** Privileges to grant. Empty if every privilege would allow too much. */
  readonly privileges: readonly TargetPrivilege[]
  /**
   * Capabilities that the privileges have and the right lacks. They never include reading and writing data, drops and
   * grants.
   */
  readonly wider: readonly Capability[]
  /** Capabilities that the right has and the privileges lack. */
  readonly narrower: readonly Capability[]
  /**
   * Privileges that allow everything that the right allows, and more, or null if `privileges` already allow
   * everything.
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

/** Capabilities that each privilege includes on an object and everything in it, from `docs/reference/privileges.md`. */
const allowed: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  use,
  select,
  modify,
  create,
  manage: [...modify, ...create, 'drop-tables', 'drop-views', 'drop-namespaces', 'grant', 'delete-warehouse'],
}

/**
 * Capabilities that a right must have so that the privilege is granted. The other capabilities of a privilege matter
 * less (names, properties of namespaces, definitions of views), and the document states them as wider.
 */
const essential: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  use: ['list'],
  select: ['list', 'describe', 'read'],
  modify: ['list', 'describe', 'read', 'write', 'change-tables'],
  create: ['list'],
  manage: allowed.manage.filter((each) => each !== 'read-namespaces' && each !== 'delete-warehouse'),
}

/** Capabilities that a right on a view, which has no data, must have so that the privilege is granted. */
const essentialOfView: Readonly<Record<TargetPrivilege, readonly Capability[]>> = {
  ...essential,
  select: ['list', 'describe-views'],
  modify: ['list', 'describe-views', 'change-views'],
}

const creations: readonly Capability[] = ['create-tables', 'create-views', 'create-namespaces']

/** Sets of privileges without redundant ones, ordered by the number of their capabilities, the fewest first. */
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
 * Maps a right to the closest privileges: the largest set of privileges that the right covers. Never chooses a
 * privilege that would let its holder read or write data, drop objects or grant rights if the right does not allow
 * this.
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
