import type { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { Policies } from '../access/policies.ts'
import { decide } from '../access/decide.ts'
import { enforce } from '../access/refuse.ts'
import type { Privilege } from '../privilege.ts'
import type { WantedSnapshots, RelationKind } from '../store/relations.ts'
import type { Resolved } from '../store/resolve-relation.ts'
import type { Authorized } from './authorized.ts'
import type { EncodedText } from './metadata-text-cache.ts'
import { type Caller, policyAt } from './caller.ts'
import type { CatalogDeps } from './deps.ts'
import { missingRelation } from './existing.ts'
import { missingIn } from './find-warehouse.ts'
import { resolve } from './resolve.ts'
import { type RelationRef, type Target, toResolvedName, toTarget } from './target.ts'

/** Database and caches that `findRelation` needs. */
export type FindDeps = Pick<CatalogDeps, 'sql' | 'metadataTexts'> & { readonly policies: Policies }

/**
 * Result of a look-up of a relation name: its current rows, and the metadata text that the cache contained
 * before the query. The query does not return this text again if it is current.
 */
export interface LookedUp extends RelationRef {
  readonly resolved: Resolved
  readonly cachedText: EncodedText | null
}

/** Reads the rows of the namespace and of the relation with a name, with one query. */
export async function lookUp(
  { metadataTexts, sql }: Pick<CatalogDeps, 'sql' | 'metadataTexts'>,
  { warehouse, identifier }: RelationRef,
  snapshots: WantedSnapshots,
): Promise<LookedUp> {
  const cachedText = snapshots === 'none' ? null : metadataTexts.cached({ warehouse, identifier }, snapshots)
  const wanted = { snapshots, known: cachedText?.key ?? null }
  const resolved = await resolve(sql, warehouse.id, identifier, wanted)
  return { warehouse, identifier, resolved, cachedText }
}

/**
 * Finds a table or view on which the caller holds a privilege.
 *
 * @throws HeadgateError of a missing relation when it does not exist or the caller may not see it
 */
export async function findRelation(
  deps: FindDeps,
  caller: Caller,
  ref: RelationRef,
  kind: RelationKind,
  privilege: Privilege,
  snapshots: WantedSnapshots = 'all',
): Promise<Authorized<Target>> {
  return authorizeRelation(deps, caller, await lookUp(deps, ref, snapshots), kind, privilege)
}

/**
 * Checks that the caller holds a privilege on a relation that was already looked up. Otherwise the same as
 * `findRelation`.
 */
export async function authorizeRelation(
  deps: Pick<FindDeps, 'policies'>,
  caller: Caller,
  { resolved, cachedText, ...ref }: LookedUp,
  kind: RelationKind,
  privilege: Privilege,
): Promise<Authorized<Target>> {
  const { audit } = caller
  const { warehouse, identifier } = ref
  audit.object = `${warehouse.name}:${formatIdentifier(identifier)}`
  audit.privilege = privilege
  const name = toResolvedName(ref, resolved)
  const target = name === null ? null : toTarget(name, cachedText)
  const policy = await policyAt(deps, caller, resolved.policyVersion)
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingRelation(kind, identifier))
  if (target === null || target.relation.kind !== kind) throw missing()
  audit.securable = { kind: 'relation', id: target.relation.id }
  const decision = decide(policy, target.chain, privilege)
  enforce(decision, { kind: 'relation', name: formatIdentifier(identifier), missing })
  return { found: target, decision, policy }
}
