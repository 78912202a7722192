import { isHeadgateError } from '@headgate/errors'
import type { TableRequirement, TableUpdate } from '@headgate/iceberg/metadata'
import { findNameToCreate } from '../find-name.ts'
import { authorizeRelation, type LookedUp, lookUp } from '../find-relation.ts'
import { nameKey } from '../name-key.ts'
import { tableModel } from '../relation-model.ts'
import type { RelationRef } from '../target.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import { commitPlan } from './commit-plans.ts'
import { commitUpdates } from './commit-updates.ts'
import { type CommittedRelation, toCommittedRelation } from './committed-relation.ts'
import type { CommitDeps } from './deps.ts'
import { mapDone, type Outcome, settle } from './outcome.ts'
import { planId } from './plan.ts'
import { planCreateByCommit } from './plan-create-by-commit.ts'
import type { CommitRequest } from './plan-updates.ts'

type TableCommit = CommitRequest<TableUpdate, TableRequirement>

/** Returns whether a commit creates its table, that is, whether it has the requirement `assert-create`. */
export function createsTable({ requirements }: Pick<TableCommit, 'requirements'>): boolean {
  return requirements.some(({ type }) => type === 'assert-create')
}

/** Commits updates to a table. With the requirement `assert-create`, creates the table. */
export async function commitTable(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  request: TableCommit,
  signal: AbortSignal,
): Promise<Outcome<CommittedRelation>> {
  if (createsTable(request)) return await createTableByCommit(deps, context, ref, request)
  return await deps.commitQueues.run(nameKey(ref.warehouse.id, ref.identifier), async () => {
    // While the request waited in the queue, the client may have disconnected, or the request may already
    // have been answered.
    signal.throwIfAborted()
    return await commitFromCache(deps, context, ref, request)
  })
}

/**
 * Creates the table of a commit with the requirement `assert-create`. The table need not have been staged
 * before.
 */
async function createTableByCommit(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  request: TableCommit,
): Promise<Outcome<CommittedRelation>> {
  const { found, decision, policy } = await findNameToCreate(deps, context, ref)
  const ownerId = context.identity.principal.id
  const plan = await planCreateByCommit(deps, found, { ...request, policy, ownerId })
  const record = toCommitRecord(context, decision, { relationId: planId(plan) })
  return await mapDone(await commitPlan(deps, deps.decodedTables, plan, record), toCommittedRelation)
}

/**
 * Commits updates on the basis of the row that this replica cached after its last commit to the table. If the
 * cached row is outdated, the compare-and-swap fails, and the commit is repeated with the row in the
 * database.
 */
async function commitFromCache(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  request: TableCommit,
): Promise<Outcome<CommittedRelation>> {
  const cached = deps.lastCommits.take(ref.warehouse, ref.identifier)
  if (cached !== undefined) {
    // The policy version in the cached row may be outdated. The compare-and-swap checks the version of the
    // policy with which the caller was authorized.
    const resolved = { ...cached, policyVersion: context.policy.version }
    const cachedText = deps.metadataTexts.cached(ref, 'all')
    const outcome = await settle(() => commitFrom(deps, context, { ...ref, resolved, cachedText }, request))
    if (!mayBeOutdated(outcome)) return outcome
  }
  return await commitFrom(deps, context, await lookUp(deps, ref, 'all'), request)
}

/**
 * Returns whether a commit may have failed only because the cached row is outdated. True for the outcome
 * `moved`, for a client error (such as a requirement that the outdated metadata does not meet), and for
 * `damaged-metadata`.
 */
function mayBeOutdated(outcome: Outcome<unknown>): boolean {
  if (outcome.type !== 'refused') return outcome.type === 'moved'
  const { error } = outcome
  return isHeadgateError(error) && (error.kind.status < 500 || error.code === 'damaged-metadata')
}

async function commitFrom(
  deps: CommitDeps,
  context: CommitContext,
  lookedUp: LookedUp,
  request: TableCommit,
): Promise<Outcome<CommittedRelation>> {
  const { found, decision, policy } = await authorizeRelation(deps, context, lookedUp, 'table', 'modify')
  const record = toCommitRecord(context, decision, { relationId: found.relation.id })
  const updatesRequest = { ...request, policy, definerId: null }
  const outcome = await commitUpdates(deps, tableModel, deps.decodedTables, found, updatesRequest, record)
  if (outcome.type === 'done') {
    const { warehouse, identifier, resolved } = lookedUp
    deps.lastCommits.set(warehouse, identifier, { ...resolved, relation: outcome.value.relation })
  }
  return outcome
}
