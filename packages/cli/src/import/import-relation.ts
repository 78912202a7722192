import {
  AlreadyExistsError,
  NoSuchTableError,
  NoSuchViewError,
  type TableIdentifier,
} from '@headgate/iceberg/client'
import { formatLevels } from '../names/dotted.ts'
import { overwriteCommand, quote } from './commands-for-user.ts'
import { compareStates, type Difference, isImported } from './compare-states.ts'
import type { ImportResult, ImportStatus } from './import-result.ts'
import { moveRelation } from './move-relation.ts'
import { readRelation, type RelationKind, type RelationState } from './relation-state.ts'
import { ask, RefusedError, type Side } from './side.ts'
import type { PlannedPlace } from './target-access.ts'

/** Table or view of the source catalog that the import visits. */
export interface SourceRelation {
  readonly kind: RelationKind
  readonly identifier: TableIdentifier
  /** Kind of the object in the target catalog that has the same name, or null if the target has no such object. */
  readonly targetKind: RelationKind | null
}

export interface RelationDeps {
  /** Warehouse of the target server into which the import registers tables and views. */
  readonly warehouse: string
  readonly source: Side
  readonly target: Side
  /**
   * Checks in a dry run whether the target server would accept the files of a table or view. Null if the run is not a
   * dry run.
   */
  readonly plan: ((identifier: TableIdentifier, state: RelationState) => Promise<PlannedPlace>) | null
  readonly move: boolean
  readonly dropViews: boolean
}

/**
 * Imports one table or view: registers it in the target catalog unless the target already has it. With `move`, also
 * drops it in the source catalog. Returns the status `failed` instead of throwing a `RefusedError`.
 */
export async function importRelation(deps: RelationDeps, relation: SourceRelation): Promise<ImportResult> {
  const { kind, identifier } = relation
  const subject = { kind, identifier, moved: false }
  try {
    const state = await ask(deps.source, (catalog) => readRelation(catalog, kind, identifier))
    const { metadataLocation } = state
    if (metadataLocation === null) return { ...subject, ...noMetadataFile(kind) }
    if (deps.plan !== null) return { ...subject, ...(await planOne(deps, deps.plan, relation, state)) }
    const status = await registerOne(deps, relation, state, metadataLocation)
    if (typeof status !== 'string') return { ...subject, ...status }
    if (!deps.move || (kind === 'view' && !deps.dropViews)) return { ...subject, status }
    const problem = await moveRelation(deps, identifier, state)
    return problem === null ? { ...subject, status, moved: true } : { ...subject, ...problem }
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    if (error.role === 'source' && isMissing(error.response)) return { ...subject, status: 'gone' }
    return { ...subject, status: 'failed', reason: error.message }
  }
}

type Problem = Pick<ImportResult, 'reason' | 'next'> & { readonly status: 'conflict' | 'failed' }

async function planOne(
  { target, warehouse }: RelationDeps,
  plan: NonNullable<RelationDeps['plan']>,
  { identifier, targetKind }: SourceRelation,
  state: RelationState,
): Promise<Pick<ImportResult, 'status' | 'reason' | 'next' | 'place'>> {
  if (targetKind === null) return { status: 'new', place: await plan(identifier, state) }
  const existing = await ask(target, (catalog) => readRelation(catalog, targetKind, identifier))
  const status = toStatus(warehouse, identifier, state, compareStates(state, existing))
  return typeof status === 'string' ? { status } : status
}

/**
 * Registers a table or view in the target catalog. If the target already has an object with this name, compares the
 * two instead.
 */
async function registerOne(
  { target, warehouse }: RelationDeps,
  { kind, identifier, targetKind }: SourceRelation,
  state: RelationState,
  metadataLocation: string,
): Promise<ImportStatus | Problem> {
  const compare = async (inTarget: RelationKind): Promise<ImportStatus | Problem> => {
    const existing = await ask(target, (catalog) => readRelation(catalog, inTarget, identifier))
    return toStatus(warehouse, identifier, state, compareStates(state, existing))
  }
  if (targetKind !== null) return await compare(targetKind)
  try {
    const registered = await ask(target, async (catalog) =>
      kind === 'table'
        ? await catalog.registerTable(identifier, { metadataLocation }, { accessDelegation: [] })
        : await catalog.registerView(identifier, { metadataLocation }),
    )
    if (registered.metadataLocation === metadataLocation) return 'registered'
    return {
      status: 'failed',
      reason: `The target registered the metadata file ${registered.metadataLocation} instead of ${metadataLocation}.`,
    }
  } catch (error) {
    if (!(error instanceof RefusedError) || !(error.response instanceof AlreadyExistsError)) throw error
    // The target did not have this name when its objects were listed. Another import, or a delayed request of an
    // earlier killed run, can have registered it since.
    return await compare(kind).catch((missing: unknown) => {
      throw missing instanceof RefusedError && isMissing(missing.response) ? error : missing
    })
  }
}

function noMetadataFile(kind: RelationKind): Problem {
  return {
    status: 'failed',
    reason: `The source does not name the metadata file of this ${kind}, so it cannot be registered.`,
  }
}

const isMissing = (response: unknown): boolean =>
  response instanceof NoSuchTableError || response instanceof NoSuchViewError

/** Returns the result for a table or view whose name already exists in the target catalog. */
function toStatus(
  warehouse: string,
  identifier: TableIdentifier,
  { kind, metadataLocation }: RelationState,
  difference: Difference,
): ImportStatus | Problem {
  if (isImported(difference)) return difference === 'same' ? 'present' : 'newer'
  const overwrite = overwriteCommand(warehouse, identifier, metadataLocation)
  switch (difference) {
    case 'other-kind':
    case 'other-uuid':
      return {
        status: 'conflict',
        reason: `The target has another ${difference === 'other-kind' ? 'object' : kind} with this name.`,
        next: `Rename the object in one of the catalogs, or exclude the namespace with --exclude ${quote(formatLevels(identifier.namespace))}.`,
      }
    case 'source-newer':
      return {
        status: 'conflict',
        reason: 'The table is registered, but the source has later commits, which the target does not have.',
        next: `Stop writers of both catalogs, then run: ${overwrite}`,
      }
    default:
      return {
        status: 'conflict',
        reason: `Both catalogs have this ${kind}, with different metadata files.`,
        next:
          kind === 'table'
            ? `Decide which catalog has the right state. To use the state of the source, run: ${overwrite}`
            : `Decide which catalog has the right state. To use the state of the source, drop the view in the target and run the import again.`,
      }
  }
}
