import { visible } from '../../../output/visible.ts'
import type { Capability } from '../capability.ts'
import {
  objectKey,
  type SourceGrant,
  type SourceGrants,
  type SourceObject,
  type VisitedObjects,
} from '../source-grants.ts'
import { createTargetNames } from '../target-names.ts'
import type { PolarisGrant, PolarisPrincipalRole } from './polaris-api.ts'
import { polarisCapabilities } from './polaris-privileges.ts'

/** Catalog role of Polaris, with its grants and with the principal roles to which it is assigned. */
export interface CatalogRole {
  readonly name: string
  readonly grants: readonly PolarisGrant[]
  readonly assignees: readonly PolarisPrincipalRole[]
}

export interface PrincipalRole {
  readonly name: string
  /** Whether an identity provider manages the members of the role. */
  readonly federated: boolean
  /** Names of the principals to which the role is assigned. */
  readonly principals: readonly string[]
}

interface PolarisState {
  readonly catalog: string
  readonly catalogRoles: readonly CatalogRole[]
  readonly principalRoles: readonly PrincipalRole[]
  /** Number of grants on objects that the import did not visit. */
  readonly leftOut: number
}

const facts = [
  'Each principal of Polaris is a client here, without a secret: add a secret, keys or federations.',
  'Polaris does not state which principals are users of an identity provider. Replace their names by ISSUER#SUBJECT.',
  'Rights on the service (service_admin) and rules of an external policy decision point are not included.',
]

/**
 * Returns the catalog roles that have grants on the catalog or on visited objects, and only these grants of the roles.
 * Counts all other grants.
 */
export function selectGrants(
  roles: readonly CatalogRole[],
  { namespaces, relations }: VisitedObjects,
): { readonly kept: readonly CatalogRole[]; readonly leftOut: number } {
  const visited = new Set([
    objectKey({ namespace: [] }),
    ...namespaces.map((namespace) => objectKey({ namespace })),
    ...relations.map(objectKey),
  ])
  const isVisited = (grant: PolarisGrant): boolean => {
    const object = toObject(grant)
    return object !== null && visited.has(objectKey(object))
  }
  const kept = roles.map((role) => ({ ...role, grants: role.grants.filter(isVisited) }))
  const count = (list: readonly CatalogRole[]): number => list.flatMap(({ grants }) => grants).length
  return { kept: kept.filter(({ grants }) => grants.length > 0), leftOut: count(roles) - count(kept) }
}

/**
 * Returns the object of a Polaris grant, or null for a type of object that Headgate does not have, such as a policy.
 */
function toObject({ type, namespace = [], tableName, viewName }: PolarisGrant): SourceObject | null {
  if (type === 'catalog') return { kind: 'warehouse', namespace: [] }
  if (namespace.length === 0) return null
  if (type === 'namespace') return { kind: 'namespace', namespace }
  if (type === 'table' && tableName !== undefined) return { kind: 'table', namespace, name: tableName }
  if (type === 'view' && viewName !== undefined) return { kind: 'view', namespace, name: viewName }
  return null
}

/**
 * Converts the roles and grants of Polaris. A catalog role becomes a role with the same grants. A principal role
 * becomes a role that is a member of the roles of its catalog roles.
 */
export function toSourceGrants(
  { catalog, catalogRoles, principalRoles, leftOut }: PolarisState,
  problems: readonly string[],
): SourceGrants {
  const roles = createTargetNames()
  const principals = createTargetNames()
  const principalName = (name: string): string => principals.take(`principal ${name}`, name)
  const principalRoleName = (name: string): string => roles.take(`principal role ${name}`, name)
  const catalogRoleName = (name: string): string =>
    roles.take(JSON.stringify(['catalog role', catalog, name]), `${catalog}.${name}`)
  const members = [...new Set(principalRoles.flatMap((role) => role.principals))]
  return {
    facts: [
      ...facts,
      ...(leftOut === 0
        ? []
        : [`Grants on objects that this import did not visit, or on policies: ${leftOut}.`]),
      ...problems,
    ],
    principals: members.map((name) => ({
      name: principalName(name),
      comments: [`Principal ${visible(name)} of Polaris.`],
    })),
    roles: [
      ...principalRoles.map(({ name, federated, principals: names }) => ({
        name: principalRoleName(name),
        members: names.map((each) => `principal:${principalName(each)}`),
        comments: [
          `Principal role ${visible(name)} of Polaris.`,
          ...(federated
            ? ['An identity provider manages its members. Add its group: group:ISSUER#NAME.']
            : []),
        ],
      })),
      ...catalogRoles.map(({ name, assignees }) => ({
        name: catalogRoleName(name),
        members: assignees.map((each) => `role:${principalRoleName(each.name)}`),
        comments: [`Catalog role ${visible(name)} of the catalog ${visible(catalog)}.`],
      })),
    ],
    grants: catalogRoles.flatMap((role) => toGrants(role, `role:${catalogRoleName(role.name)}`)),
  }
}

/** Returns one grant for each object on which a catalog role has privileges. The grant contains all of them. */
function toGrants({ grants }: CatalogRole, to: string): readonly SourceGrant[] {
  const held = grants.flatMap(({ privilege, ...grant }) => {
    const on = toObject({ privilege, ...grant })
    return on === null ? [] : [{ on, privilege, allows: polarisCapabilities(privilege, on.kind) }]
  })
  return [...Map.groupBy(held, ({ on }) => objectKey(on)).values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const mapped = group.filter(({ allows }) => allows !== null)
    const allowed = new Set<Capability>(group.flatMap(({ allows }) => allows ?? []))
    return [
      {
        on: first.on,
        to,
        rights: mapped.map(({ privilege }) => privilege),
        unmapped: group.filter(({ allows }) => allows === null).map(({ privilege }) => privilege),
        allows: { capabilities: allowed },
        comments: [],
      },
    ]
  })
}
