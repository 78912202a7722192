import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import { renameRelation as renameRow } from '../../store/relation-moves.ts'
import type { CommitRecord } from '../../store/commit-record.ts'
import type { RelationKind } from '../../store/relations.ts'
import { isViolation } from '../../store/violation.ts'
import { commonPolicyVersion } from '../authorized.ts'
import type { CatalogDeps } from '../deps.ts'
import { missingNamespace, relationTitles } from '../existing.ts'
import { findNameToCreate } from '../find-name.ts'
import { findRelation } from '../find-relation.ts'
import { type RelationRef, type ResolvedName, type Target, toRowVersion } from '../target.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import type { CommitDeps } from './deps.ts'
import { done, moved, type Outcome } from './outcome.ts'

/**
 * Renames a relation within its warehouse. The location of its files does not change. The caller needs
 * `manage` on the relation and `create` on the namespace of the new name.
 */
export async function renameRelation(
  deps: CommitDeps,
  context: CommitContext,
  kind: RelationKind,
  source: RelationRef,
  destination: RelationRef,
): Promise<Outcome<void>> {
  const { audit } = context
  const from = await findRelation(deps, context, source, kind, 'manage', 'none')
  const { object, securable } = audit
  const to = await findNameToCreate(deps, context, destination)
  // Both decisions must still be valid when the rename is committed, but the statement compares only one policy
  // version.
  const policyVersion = commonPolicyVersion(from.decision, to.decision)
  if (policyVersion === null) return moved
  audit.detail = { from: object, to: audit.object }
  if (object !== undefined) audit.object = object
  if (securable !== undefined) audit.securable = securable
  refuseTakenName(from.found, to.found)
  const record = toCommitRecord(
    context,
    { ...from.decision, policyVersion },
    { relationId: from.found.relation.id },
  )
  return await publishRename(deps, from.found, to.found, record)
}

function refuseTakenName(source: Target, { identifier, relation }: ResolvedName): void {
  if (relation === null) return
  const kind = relationTitles[relation.kind]
  const names = `${formatIdentifier(source.identifier)} to ${formatIdentifier(identifier)}`
  throw new HeadgateError('already-exists', `Cannot rename ${names}. ${kind} already exists`)
}

async function publishRename(
  { sql }: Pick<CatalogDeps, 'sql'>,
  source: Target,
  { namespaceId, identifier }: ResolvedName,
  record: CommitRecord,
): Promise<Outcome<void>> {
  try {
    const to = { namespaceId, name: identifier.name }
    return (await renameRow(sql, toRowVersion(source), to, record)) ? done(undefined) : moved
  } catch (error) {
    // Another request took the name after it was looked up. The next attempt finds the relation that has the
    // name.
    if (isViolation(error, 'relation_name')) return moved
    if (isViolation(error, 'relation_namespace_id_fkey')) throw missingNamespace(identifier.namespace)
    throw error
  }
}
