import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import type { LanceProperties } from '../../store/lance-tables.ts'
import { commonPolicyVersion } from '../authorized.ts'
import { checkChosenPlaces } from '../chosen-places.ts'
import { type CommitContext, toCommitRecord } from '../commit/commit-context.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { moved, type Outcome } from '../commit/outcome.ts'
import { planId } from '../commit/plan.ts'
import { takenError } from '../existing.ts'
import { findRelation } from '../find-relation.ts'
import { locationRights } from '../location-rights.ts'
import type { RelationRef } from '../target.ts'
import { findNameInRoot } from './find-name-in-root.ts'
import { findLatestManifest } from './find-manifest.ts'
import { planLanceMove, planLanceTable } from './plan-lance-table.ts'
import { publishLanceTable } from './publish-lance-table.ts'

/** Request to register the files of an existing Lance table under a name. */
export interface LanceRegistration {
  /** Location of the table: the folder that contains the subfolder `_versions`. */
  readonly location: string
  /** True to replace the location of an existing Lance table with this name. */
  readonly overwrite: boolean
  readonly properties: LanceProperties
}

/**
 * Registers the files of an existing Lance table under a name. The location must be granted to a namespace of
 * the table, unless the caller has `administer-storage`.
 *
 * @throws HeadgateError `already-exists`; `forbidden` or `bad-request` when the caller may not use the
 *   location; `bad-request` when the location contains no version of a Lance table
 */
export async function registerLanceTable(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  { location, overwrite, properties }: LanceRegistration,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const { warehouse, identifier } = ref
  const { found: name, decision, policy } = await findNameInRoot(deps, context, ref)
  if (name.relation !== null && (!overwrite || name.relation.kind !== 'lance-table'))
    throw takenError('lance-table', name.relation.kind, identifier)
  const replaced =
    name.relation === null ? null : await findRelation(deps, context, ref, 'lance-table', 'manage', 'none')
  const rights = locationRights(policy, name.namespaceChain)
  const plan =
    replaced === null
      ? planLanceTable(name, { id: randomUUID(), ownerId: context.identity.principal.id, location }, rights)
      : planLanceMove(replaced.found, location, rights)
  const id = planId(plan)
  if (plan.chosen !== null) await checkChosenPlaces(deps.sql, warehouse, plan.chosen, [id], signal)
  if ((await findLatestManifest(warehouse.storage, location, signal)) === null)
    throw new HeadgateError(
      'bad-request',
      `The location ${location} contains no Lance table: its folder _versions has no manifest. Register the folder that contains _versions.`,
    )
  const decisions = replaced === null ? [] : [replaced.decision]
  const policyVersion = commonPolicyVersion(decision, ...decisions)
  if (policyVersion === null) return moved
  const record = toCommitRecord(
    context,
    { ...(replaced?.decision ?? decision), policyVersion },
    { relationId: id },
  )
  return await publishLanceTable(deps, plan, properties, record)
}
