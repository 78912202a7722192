import type { Capability } from '../capability.ts'
import { objectKey, type SourceGrant, type SourceGrants, type SourceObject } from '../source-grants.ts'
import { standInFor } from '../stand-in.ts'
import { createTargetNames } from '../target-names.ts'
import type { PrivilegeAssignment } from './unity-api.ts'
import {
  conditions,
  type Level,
  mapped,
  missingCondition,
  unityCapabilities,
  type UserRights,
} from './unity-privileges.ts'

/**
 * Owner of an object of Unity Catalog and the privileges on it. Those on the catalog include the privileges on the
 * metastore, which the catalog inherits.
 */
export interface ObjectRights {
  readonly on: SourceObject
  readonly level: Level
  readonly owner: string | null
  readonly assignments: readonly PrivilegeAssignment[]
}

const facts = [
  'Unity Catalog names users by e-mail address, which does not identify them here. A role without members stands for each user.',
  'The source lists all grants only to the owners of the object, of the objects around it, or of the metastore.',
  'USE CATALOG and USE SCHEMA have no entry. Rights that have no effect without them are comments.',
  'Ownership of the metastore, and rights on volumes, functions, models, locations and credentials are not included.',
]

/** Converts owners and privileges of Unity Catalog, on a catalog, its schemas and its tables, to grants. */
export function toSourceGrants(objects: readonly ObjectRights[], problems: readonly string[]): SourceGrants {
  const byObject = new Map(objects.map((each) => [objectKey(each.on), each]))
  const names = createTargetNames()
  const users = new Map(listUsers(objects).map((user) => [user, standInFor(names, user, user)]))
  return {
    facts: [...facts, ...problems],
    principals: [],
    roles: [...users.values()],
    grants: objects.flatMap((object) => {
      const path = findPath(byObject, object)
      return listUsers(path).flatMap((user) =>
        toGrants(path, user).map((grant) => ({ ...grant, to: `role:${users.get(user)?.name ?? ''}` })),
      )
    }),
  }
}

function listUsers(objects: readonly ObjectRights[]): readonly string[] {
  const users = objects.flatMap(({ owner, assignments }) => [
    ...(owner === null || owner === '' ? [] : [owner]),
    ...assignments.map(({ principal }) => principal),
  ])
  return [...new Set(users)]
}

/** Returns the path to an object: the catalog, the schema if there is one, and the object itself. */
function findPath(
  byObject: ReadonlyMap<string, ObjectRights>,
  object: ObjectRights,
): readonly ObjectRights[] {
  const { namespace } = object.on
  const keys = [objectKey({ namespace: [] }), objectKey({ namespace }), objectKey(object.on)]
  return [...new Set(keys)].flatMap((key) => byObject.get(key) ?? [])
}

/**
 * Returns the grants of a user on the last object of a path. They contain the rights that the user does not already
 * have on the object above, and the rights that have no effect.
 */
function toGrants(path: readonly ObjectRights[], user: string): readonly Omit<SourceGrant, 'to'>[] {
  const object = path.at(-1)
  if (object === undefined) return []
  const own = statedRights(object, user)
  const rights = toUserRights(path, user)
  const allowed = unityCapabilities(rights)
  const above = path.length === 1 ? null : unityCapabilities(toUserRights(path.slice(0, -1), user))
  const grant = (
    capabilities: ReadonlySet<Capability>,
    names: readonly string[],
  ): Omit<SourceGrant, 'to'> => ({
    on: object.on,
    rights: names,
    unmapped: own.filter((each) => !mapped.has(each)),
    allows: { capabilities },
    comments: [],
  })
  const missing = missingCondition(rights)
  const ownMapped = own.filter((each) => mapped.has(each))
  if ([...allowed].some((each) => above?.has(each) !== true))
    return [grant(allowed, describeRights(path, user))]
  if (missing !== null && ownMapped.length > 0) {
    const used = {
      ...rights,
      privileges: new Set([...rights.privileges, 'USE SCHEMA']),
      onCatalog: new Set(['USE CATALOG']),
    }
    const inactive = `The user lacks ${missing}, so the right has no effect on the whole ${object.level}.`
    return [{ ...grant(unityCapabilities(used), ownMapped), inactive }]
  }
  return own.some((each) => !mapped.has(each)) ? [grant(new Set(), [])] : []
}

function toUserRights(path: readonly ObjectRights[], user: string): UserRights {
  const [catalog] = path
  return {
    level: path.at(-1)?.level ?? 'catalog',
    privileges: new Set(path.flatMap((each) => privilegesOf(each, user))),
    onCatalog: new Set(catalog?.level === 'catalog' ? privilegesOf(catalog, user) : []),
    owns: new Set(path.filter(({ owner }) => owner === user).map(({ level }) => level)),
  }
}

/**
 * Returns the names of a user's rights on all objects of a path. The name of an inherited right states the level from
 * which it is inherited.
 */
function describeRights(path: readonly ObjectRights[], user: string): readonly string[] {
  return path.flatMap((each, at) =>
    statedRights(each, user)
      .filter((right) => mapped.has(right))
      .map((right) => (at === path.length - 1 ? right : `${right} on the ${each.level}`)),
  )
}

/**
 * Returns the names of a user's rights on one object, without USE CATALOG and USE SCHEMA, which only make other rights
 * effective.
 */
function statedRights(object: ObjectRights, user: string): readonly string[] {
  const privileges = privilegesOf(object, user).filter((each) => !conditions.has(each))
  return [...privileges, ...(object.owner === user ? ['OWNER'] : [])]
}

function privilegesOf({ assignments }: ObjectRights, user: string): readonly string[] {
  return assignments.flatMap(({ principal, privileges }) => (principal === user ? privileges : []))
}
