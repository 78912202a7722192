import { randomUUID } from 'node:crypto'
import type { Decision } from '../../access/decision.ts'
import type { LanceProperties } from '../../store/lance-tables.ts'
import { checkChosenPlaces, type LocationRights } from '../chosen-places.ts'
import type { CommitContext } from '../commit/commit-context.ts'
import { toCommitRecord } from '../commit/commit-context.ts'
import type { CommitDeps } from '../commit/deps.ts'
import type { Outcome } from '../commit/outcome.ts'
import { takenError } from '../existing.ts'
import { locationRights } from '../location-rights.ts'
import type { RelationRef, ResolvedName } from '../target.ts'
import { findNameInRoot } from './find-name-in-root.ts'
import { lanceLocation } from './lance-location.ts'
import { planLanceTable } from './plan-lance-table.ts'
import { publishLanceTable } from './publish-lance-table.ts'

/**
 * Request to declare a Lance table. A declared table has an entry in the catalog but no files; a client
 * writes its first version later.
 */
export interface Declaration {
  /** Location that the client chose. Null for the default location. */
  readonly location: string | null
  readonly properties: LanceProperties
}

/** Planned Lance table that the caller is authorized to declare. Nothing is written yet. */
export interface DeclaredTable {
  readonly name: ResolvedName
  readonly id: string
  readonly ownerId: string
  readonly location: string
  /** Rights of the caller on the location that it chose. Null for the default location. */
  readonly rights: LocationRights | null
  readonly properties: LanceProperties
  readonly decision: Decision
}

/**
 * Authorizes the declaration of a Lance table and selects its location.
 *
 * @throws HeadgateError `already-exists` when a relation of any kind has the name
 */
export async function planDeclaration(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
  { location, properties }: Declaration,
): Promise<DeclaredTable> {
  const { found: name, decision, policy } = await findNameInRoot(deps, context, ref)
  if (name.relation !== null) throw takenError('lance-table', name.relation.kind, ref.identifier)
  return {
    name,
    id: randomUUID(),
    ownerId: context.identity.principal.id,
    location: location ?? lanceLocation(ref.warehouse, ref.identifier.name),
    rights: location === null ? null : locationRights(policy, name.namespaceChain),
    properties,
    decision,
  }
}

/** Writes the row of a Lance table that `planDeclaration` planned. */
export async function declareTable(
  deps: CommitDeps,
  context: CommitContext,
  { name, rights, decision, properties, ...table }: DeclaredTable,
): Promise<Outcome<void>> {
  const plan = planLanceTable(name, table, rights)
  if (plan.chosen !== null) await checkChosenPlaces(deps.sql, plan.warehouse, plan.chosen, [table.id])
  const record = toCommitRecord(context, decision, { relationId: table.id })
  return await publishLanceTable(deps, plan, properties, record)
}
