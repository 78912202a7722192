import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { formatIdentifier, type RegisterTableRequest } from '@headgate/iceberg/rest'
import { decide } from '../../access/decide.ts'
import type { Decision } from '../../access/decision.ts'
import type { Policy } from '../../access/policy.ts'
import { chooseDefiner } from '../../access/through-views.ts'
import { commonPolicyVersion } from '../authorized.ts'
import { takenError, uuidTakenError } from '../existing.ts'
import { findNameToCreate } from '../find-name.ts'
import { findRelation } from '../find-relation.ts'
import { locationRights } from '../location-rights.ts'
import type { RelationModel } from '../relation-model.ts'
import type { RelationRef, ResolvedName } from '../target.ts'
import { type DroppedTarget, lookUpDroppedByUuid } from '../undrop.ts'
import type { CommitContext } from './commit-context.ts'
import type { CommitDeps } from './deps.ts'
import { findManagedAround } from './find-managed-around.ts'
import { done, moved, type Outcome } from './outcome.ts'
import type { Creation } from './plan-create.ts'
import type { Repointing } from './plan-repoint.ts'
import { readRegisteredFile } from './read-registered-file.ts'

/** Planned registration of an existing metadata file as a table or view. Nothing is written yet. */
export type Registration<Metadata> = { readonly decision: Decision } & (
  | { readonly type: 'create'; readonly creation: Creation<Metadata> }
  | { readonly type: 'restore'; readonly dropped: DroppedTarget; readonly name: ResolvedName }
  | { readonly type: 'repoint'; readonly repointing: Repointing<Metadata> }
)

/**
 * Authorizes and plans the registration of an existing metadata file. The registration creates a relation or
 * restores a dropped relation. With `overwrite`, it replaces the metadata file of an existing table.
 *
 * @throws HeadgateError `already-exists`, `bad-request`, or of `readRegisteredFile`
 */
export async function planRegistration<Metadata>(
  deps: CommitDeps,
  context: CommitContext,
  model: RelationModel<Metadata, never, never>,
  ref: RelationRef,
  { metadataLocation: location, overwrite }: Pick<RegisterTableRequest, 'metadataLocation' | 'overwrite'>,
): Promise<Outcome<Registration<Metadata>>> {
  const { warehouse, identifier } = ref
  const { found: name, decision, policy } = await findNameToCreate(deps, context, ref)
  if (name.relation !== null && (!overwrite || name.relation.kind !== model.kind))
    throw takenError(model.kind, name.relation.kind, identifier)
  const replaced =
    name.relation === null ? null : await findRelation(deps, context, ref, model.kind, 'manage', 'none')
  const rights = locationRights(policy, name.namespaceChain)
  const ownerIds = await findManagedAround(deps, policy, warehouse, location)
  const source = { location, locationRights: rights, ownerIds }
  const { metadata, file } = await readRegisteredFile(deps, model, warehouse, source)
  if (replaced !== null) {
    const { found: target, decision: manage } = replaced
    if (target.relation.uuid !== model.uuid(metadata)) throw otherUuid(model.kind, ref)
    const policyVersion = commonPolicyVersion(decision, manage)
    if (policyVersion === null) return moved
    const repointing = { target, metadata, file, policy: replaced.policy }
    return done({ type: 'repoint', decision: { ...manage, policyVersion }, repointing })
  }
  const uuid = model.uuid(metadata)
  const dropped = uuid === null ? null : await lookUpDroppedByUuid(deps.sql, warehouse, uuid)
  if (dropped !== null && dropped.row.kind !== model.kind) throw uuidTakenError(model.kind, identifier)
  if (dropped !== null)
    return done({ type: 'restore', decision: decideRestore(policy, dropped, location), dropped, name })
  const creation = {
    name,
    metadata,
    id: randomUUID(),
    ownerId: context.identity.principal.id,
    definerId: model.kind === 'view' ? chooseDefiner(policy) : null,
    locationRights: rights,
    isReserved: false,
    file,
  }
  return done({ type: 'create', decision, creation })
}

/**
 * Decides whether a registration restores a dropped relation. The request must name the latest metadata file
 * of the dropped relation, and the caller must have `manage` on it. Other callers cannot register the files
 * of a dropped relation before its retention ends.
 */
function decideRestore(policy: Policy, { row, chain }: DroppedTarget, metadataLocation: string): Decision {
  const decision = decide(policy, chain, 'manage')
  if (decision.outcome === 'allow' && row.metadataLocation === metadataLocation) return decision
  const message =
    decision.outcome === 'allow'
      ? `This ${row.kind} was dropped and can be restored (id ${row.id}): register its newest metadata file, ${row.metadataLocation}, or purge it first.`
      : `This ${row.kind} was dropped and can still be restored by a principal that manages it. Ask that principal, or wait until its retention ends.`
  throw new HeadgateError('already-exists', message)
}

function otherUuid(kind: 'table' | 'view', { identifier }: RelationRef): HeadgateError {
  return new HeadgateError(
    'bad-request',
    `The metadata file belongs to another ${kind} than ${formatIdentifier(identifier)}: its uuid differs. Drop that ${kind} first.`,
  )
}
