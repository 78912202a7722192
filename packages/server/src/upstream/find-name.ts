import type { HeadgateError } from '@headgate/errors'
import { formatIdentifier, formatNamespace, type Namespace } from '@headgate/iceberg/rest'
import { namespaceChain, relationChain } from '../access/chain.ts'
import { decide, decidePassage } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { enforce } from '../access/refuse.ts'
import { type Caller, policyAt } from '../catalog/caller.ts'
import { missingNamespace, missingRelation } from '../catalog/existing.ts'
import { missingIn } from '../catalog/find-warehouse.ts'
import type { RelationRef } from '../catalog/target.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import { joinLevels } from '../namespace-path.ts'
import type { Privilege } from '../privilege.ts'
import { serverId, unknownObjectId } from '../reserved-ids.ts'
import type { IcebergKind } from '../store/relations.ts'
import { resolveUpstream, type UpstreamRows } from '../store/upstream-relations.ts'
import type { UpstreamDeps } from './deps.ts'
import { settleCommit } from './early-table.ts'
import type { UpstreamName, UpstreamNamespace } from './upstream-name.ts'

/** Time limit in ms for checking whether the first commit to a hidden table succeeded. */
const settleMs = 30_000

/**
 * Decides whether the caller holds a privilege on a table or view of an upstream catalog, before any request
 * is sent to the catalog. If the database has no row for the name, only grants on the namespace, its parents
 * and the warehouse count. A caller without such grants therefore receives the same error for existing and
 * missing names.
 *
 * @throws HeadgateError of a missing relation when the caller may not see it, `forbidden` when the caller
 *   lacks the privilege
 */
export async function authorizeName(
  deps: UpstreamDeps,
  caller: Caller,
  ref: RelationRef,
  kind: IcebergKind,
  privilege: Privilege,
): Promise<UpstreamName> {
  const { audit } = caller
  const { warehouse, identifier } = ref
  audit.object = `${warehouse.name}:${formatIdentifier(identifier)}`
  audit.privilege = privilege
  const paths = toPaths(identifier.namespace)
  const rows = await resolveUpstream(deps.sql, warehouse.id, paths, identifier.name)
  const policy = await policyAt(deps, caller, rows.policyVersion)
  const namespace = toNamespace(warehouse, identifier.namespace, rows, policy)
  const known = rows.relation?.kind === kind ? rows.relation : null
  if (known !== null) audit.securable = { kind: 'relation', id: known.id }
  const names = { kind, name: identifier.name }
  const inherited = relationChain(namespace.chain, unknownObjectId, serverId, names)
  const chain = known === null ? inherited : relationChain(namespace.chain, known.id, known.ownerId, names)
  const decision = decide(policy, chain, privilege)
  enforce(decision, {
    kind: 'relation',
    name: formatIdentifier(identifier),
    missing: () => missingIn(policy, warehouse, missingRelation(kind, identifier)),
  })
  if (kind === 'table' && rows.early !== null) {
    const { namespace: row, early } = rows
    const isVisible =
      early.state === 'committing' &&
      row !== null &&
      (await settleCommit(deps, caller, warehouse, identifier, row.id, AbortSignal.timeout(settleMs)))
    if (!isVisible) throw missingIn(policy, warehouse, missingRelation(kind, identifier))
    return await authorizeName(deps, caller, ref, kind, privilege)
  }
  const isInherited = known === null || decide(policy, inherited, privilege).outcome === 'allow'
  return { ...ref, kind, known, namespace, chain, policy, decision, isInherited }
}

/**
 * Decides again whether the caller may access a relation, after the upstream catalog returned a table with
 * another UUID than the database row of this name. Ignores the grants on the row, because they belong to the
 * previous table.
 *
 * @throws HeadgateError the same errors as `authorizeName`
 */
export function authorizeReplaced(caller: Caller, name: UpstreamName): UpstreamName {
  const { warehouse, identifier, kind, namespace, policy, decision: before } = name
  const chain = relationChain(namespace.chain, unknownObjectId, serverId, { kind, name: identifier.name })
  caller.audit.detail = { ...caller.audit.detail, replaced: name.known?.id }
  delete caller.audit.securable
  const decision = decide(policy, chain, before.privilege)
  enforce(decision, {
    kind: 'relation',
    name: formatIdentifier(identifier),
    missing: () => missingIn(policy, warehouse, missingRelation(kind, identifier)),
  })
  return { ...name, known: null, chain, decision, isInherited: true }
}

/**
 * Decides whether the caller holds a privilege on a namespace of an upstream catalog, before any request is
 * sent to the catalog.
 *
 * @param passage when true, a privilege on an object in the namespace is also sufficient
 * @throws HeadgateError of a missing namespace when the caller may not see it, `forbidden` when the caller
 *   lacks the privilege
 */
export async function authorizeNamespace(
  deps: UpstreamDeps,
  caller: Caller,
  warehouse: Warehouse,
  levels: Namespace,
  privilege: Privilege,
  passage: boolean = privilege === 'use',
): Promise<UpstreamNamespace> {
  const { audit } = caller
  audit.object = `${warehouse.name}:${formatNamespace(levels)}`
  audit.privilege = privilege
  const rows = await resolveUpstream(deps.sql, warehouse.id, toPaths(levels), null)
  const policy = await policyAt(deps, caller, rows.policyVersion)
  const namespace = toNamespace(warehouse, levels, rows, policy)
  if (namespace.id !== null) audit.securable = { kind: 'namespace', id: namespace.id }
  const decision = passage
    ? decidePassage(policy, namespace.chain)
    : decide(policy, namespace.chain, privilege)
  enforce(decision, {
    kind: 'namespace',
    name: formatNamespace(levels),
    missing: (): HeadgateError => missingIn(policy, warehouse, missingNamespace(levels)),
  })
  return namespace
}

/**
 * Returns the paths of a namespace and of all its parents, from the namespace itself to the outermost parent.
 */
function toPaths(levels: Namespace): string[] {
  return levels.map((_, index) => joinLevels(levels.slice(0, levels.length - index)))
}

function toNamespace(
  warehouse: Warehouse,
  levels: Namespace,
  { namespace }: UpstreamRows,
  policy: Policy,
): UpstreamNamespace {
  const isKnown = namespace?.path === joinLevels(levels)
  const known = namespace ?? { lineage: [], owners: [] }
  const chain = namespaceChain(
    isKnown ? known : { lineage: [...known.lineage, unknownObjectId], owners: [...known.owners, serverId] },
    warehouseChain(warehouse),
    levels,
  )
  return { warehouse, levels, id: isKnown ? namespace.id : null, chain, policy }
}
