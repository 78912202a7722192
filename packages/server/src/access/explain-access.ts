import { listHeldGrants, listManagers, listMemberships } from '../store/explanations.ts'
import type { SecurableRow } from '../store/grants.ts'
import { policyVersion } from '../store/policies.ts'
import type { MemberKind } from '../store/roles.ts'
import type { Sql } from '../store/sql.ts'
import { splitLevels } from '../namespace-path.ts'
import type { Privilege, Restriction, SecurableKind } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import { type ChainObject, filterHeld, listChainObjects } from './chain-objects.ts'
import { managesServer } from './decide.ts'
import { explain, type Reason } from './explain.ts'
import type { Policy } from './policy.ts'
import { grantingPrivilege, isOwners } from './privilege-bits.ts'

/** Maximum number of principals, roles and groups that an explanation lists as able to grant the privilege. */
const maxManagers = 20

/** Object of a privilege chain. `name` does not contain the names of its parents. */
export interface ExplainedObject {
  readonly kind: SecurableKind
  readonly id: string
  readonly name: string
  readonly owner: { readonly id: string; readonly name: string } | null
}

interface Holder {
  readonly kind: MemberKind
  readonly id: string
  readonly name: string | null
}

/** Ownership or grant from which a principal has a privilege, with names instead of ids. */
export interface ExplainedReason {
  readonly because: 'owner' | 'grant'
  readonly privilege: Privilege
  /** Restriction of a grant of `select`. Null: the grant is not restricted. */
  readonly restriction: Restriction | null
  readonly on: { readonly kind: SecurableKind; readonly name: string }
  readonly to: Holder
  /** Names of the groups and roles through which the principal has the grant. Empty for ownership and direct grants. */
  readonly through: readonly string[]
  /** Time at which the grant was made, in epoch ms. Null for ownership. */
  readonly grantedAt: number | null
}

export interface AccessExplanation {
  readonly deciding: ExplainedReason | null
  readonly own: readonly Privilege[]
  readonly effective: readonly Privilege[]
  /** Objects from the requested object up to the server, each with the reasons for rights on it. */
  readonly chain: readonly (ExplainedObject & { readonly reasons: readonly ExplainedReason[] })[]
  /** Principals, roles and groups that can grant the privilege, each with the name of the object that it manages. */
  readonly managers: readonly (Holder & { readonly on: string })[]
}

/** Request to explain an access decision. */
export interface ExplanationRequest {
  /** Policy of the caller that requests the explanation. */
  readonly asking: Policy
  /** True when the caller asks about its own rights. */
  readonly isOwn: boolean
  /** True when the decision is not `allow`. The explanation then lists who can grant the privilege. */
  readonly isMissing: boolean
}

const serverObject: ExplainedObject = { kind: 'server', id: serverId, name: 'server', owner: null }

/**
 * Explains a decision about an object. The explanation contains names instead of ids, and only facts that the caller
 * may learn. Returns null when the policy changed while the function read the reasons.
 */
export async function explainAccess(
  sql: Sql,
  { chain }: SecurableRow,
  policy: Policy,
  privilege: Privilege,
  request: ExplanationRequest,
): Promise<AccessExplanation | null> {
  const objects = await listChainObjects(sql, chain)
  const memberships = await listMemberships(sql, policy.principalId)
  const grants = await listHeldGrants(sql, [...chain.ids, serverId], [...policy.grantees])
  const visible = findVisible(request, chain, objects)
  const links = [
    ...objects.map((object) => toExplainedObject(object, visible.people.has(object.id))),
    serverObject,
  ]
  const order = links.map(({ id }) => id)
  const owned = objects.filter(({ ownerId }) => ownerId === policy.principalId).map(({ id }) => id)
  const known = { order, owned, grants, memberships }
  const { reasons, deciding, own, effective } = explain(policy, chain, privilege, known)
  const byId = new Map(links.map((link) => [link.id, link]))
  const describe = (reason: Reason): ExplainedReason =>
    toExplainedReason(reason, policy, byId.get(reason.on) ?? serverObject)
  const isVisible = ({ on }: Reason): boolean => visible.reasons === null || visible.reasons.has(on)
  const managed = links.filter(({ id }) => visible.people.has(id))
  const managers = request.isMissing ? await findManagers(sql, managed, privilege) : []
  if ((await policyVersion(sql)) !== policy.version) return null
  return {
    deciding: deciding === null || !isVisible(deciding) ? null : describe(deciding),
    own,
    effective,
    chain: links.map((link) => ({
      ...link,
      reasons: reasons.filter((reason) => reason.on === link.id && isVisible(reason)).map(describe),
    })),
    managers,
  }
}

async function findManagers(
  sql: Sql,
  objects: readonly ExplainedObject[],
  privilege: Privilege,
): Promise<AccessExplanation['managers']> {
  const ids = objects.map(({ id }) => id)
  const names = new Map(objects.map(({ id, name }) => [id, name]))
  const granted = await listManagers(sql, ids, grantingPrivilege(privilege), maxManagers)
  const owners = (isOwners(privilege) ? objects : []).flatMap(({ owner, name }) =>
    owner === null ? [] : [{ kind: 'principal' as const, ...owner, on: name }],
  )
  const others = granted.map(({ granteeKind, granteeId, granteeName, securableId }) => ({
    kind: granteeKind,
    id: granteeId,
    name: granteeName,
    on: names.get(securableId) ?? 'server',
  }))
  return [...owners, ...others].slice(0, maxManagers)
}

interface Visible {
  /** Ids of the objects whose owners and managers the explanation may name. */
  readonly people: ReadonlySet<string>
  /**
   * Ids of the objects for which the explanation may contain grants and ownerships. Null when it may contain those of
   * all objects.
   */
  readonly reasons: ReadonlySet<string> | null
}

/**
 * Returns which facts the caller may learn. It learns owners and managers of the objects that it may use, and those of
 * the server only with `manage` on the server. It learns all reasons for its own rights, and reasons for the rights of
 * others only on objects that it manages.
 */
function findVisible(
  { asking, isOwn }: ExplanationRequest,
  chain: SecurableRow['chain'],
  objects: readonly ChainObject[],
): Visible {
  const onServer = managesServer(asking) ? [serverId] : []
  const ids = (privilege: Privilege): Set<string> =>
    new Set([...filterHeld(asking, chain, objects, privilege).map(({ id }) => id), ...onServer])
  return { people: ids('use'), reasons: isOwn ? null : ids('manage') }
}

function toExplainedObject(
  { kind, id, name, ownerId, ownerName }: ChainObject,
  isOwnerVisible: boolean,
): ExplainedObject {
  return {
    kind,
    id,
    name: kind === 'namespace' ? splitLevels(name).join('.') : name,
    owner: ownerName === null || !isOwnerVisible ? null : { id: ownerId, name: ownerName },
  }
}

function toExplainedReason(
  { grant, through }: Reason,
  policy: Policy,
  { kind, name }: ExplainedObject,
): ExplainedReason {
  return {
    because: grant === null ? 'owner' : 'grant',
    privilege: grant?.privilege ?? 'manage',
    restriction: grant?.restriction ?? null,
    on: { kind, name },
    to: {
      kind: grant?.granteeKind ?? 'principal',
      id: grant?.granteeId ?? policy.principalId,
      name: grant?.granteeName ?? null,
    },
    through: through.map((step) => step.name),
    grantedAt: grant?.grantedAt ?? null,
  }
}
