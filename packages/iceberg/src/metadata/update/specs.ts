import { currentSchemaIndex, type Draft, highestId } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import {
  checkPartitionNames,
  checkSpecCompatibility,
  hasSequentialIds,
  findLastPartitionId,
  withSequentialIds,
} from '../partition/check-spec.ts'
import { compatibleSpecs } from '../partition/same-spec.ts'
import { computationKey } from '../partition/sources.ts'
import type { PartitionSpec } from '../partition/types.ts'

/** Adds a partition spec with a new id. If the table already has an equal spec, uses this spec instead. */
export function addSpec(draft: Draft, requested: PartitionSpec): void {
  checkSourceIds(requested, draft.formatVersion)
  const index = currentSchemaIndex(draft, 'add a partition spec')
  checkPartitionNames(requested, index)
  checkSpecCompatibility(requested, index)
  const { changes } = draft
  const found = findSpec(draft, requested)
  if (found !== undefined) {
    const added = changes.lastAddedSpec !== null && changes.addedSpecs.has(changes.lastAddedSpec)
    changes.lastAddedSpec = added ? found : null
    return
  }
  const spec = withFieldIds(draft, requested)
  if (draft.formatVersion === 1 && !hasSequentialIds(spec))
    throw invalid(`Spec does not use sequential IDs that are required in v1: ${fieldIds(spec).join(', ')}`)
  if (new Set(fieldIds(spec)).size < spec.fields.length)
    throw invalid('Cannot use partition field id more than once')
  const id = highestId(draft.specs.keys(), -1) + 1
  draft.specs.set(id, { ...spec, 'spec-id': id })
  if (draft.partitionIds !== undefined) noteIds(draft.partitionIds, spec)
  draft.lastPartitionId = Math.max(draft.lastPartitionId, findLastPartitionId(spec))
  changes.addedSpecs.add(id)
  changes.lastAddedSpec = id
  changes.any = true
}

function checkSourceIds(spec: PartitionSpec, version: number): void {
  if (version < 3 && spec.fields.some((field) => field['source-ids'] !== undefined))
    throw invalid('Invalid partition spec: source-ids is not supported until v3')
}

function findSpec(draft: Draft, spec: PartitionSpec): number | undefined {
  let steps = 0
  let found: number | undefined
  for (const [id, existing] of draft.specs) {
    steps += existing.fields.length === spec.fields.length ? 2 + 10 * spec.fields.length : 2
    if (compatibleSpecs(existing, spec)) {
      found = id
      break
    }
  }
  draft.budget.spend(steps)
  return found
}

function fieldIds(spec: PartitionSpec): readonly (number | undefined)[] {
  return spec.fields.map((field) => field['field-id'])
}

/**
 * Assigns ids to the fields of a partition spec if the client omitted them. In format 1, which does not store field
 * ids, the ids start at
 * 1000. Otherwise a field gets the id of the same source and transform in another spec, or the next free id
 *    (Iceberg specification, "Partition Evolution").
 */
function withFieldIds(draft: Draft, spec: PartitionSpec): PartitionSpec {
  if (spec.fields.every((field) => field['field-id'] !== undefined)) return spec
  if (draft.formatVersion === 1) return withSequentialIds(spec)
  const known = knownIds(draft)
  let last = draft.lastPartitionId
  const used = new Set<number>()
  const take = (reused: number | undefined): number => {
    const id = reused === undefined || used.has(reused) ? ++last : reused
    used.add(id)
    return id
  }
  return {
    ...spec,
    fields: spec.fields.map((field) => ({ ...field, 'field-id': take(known.get(computationKey(field))) })),
  }
}

function knownIds(draft: Draft): ReadonlyMap<string, number> {
  if (draft.partitionIds === undefined) {
    draft.partitionIds = new Map()
    for (const spec of draft.specs.values()) {
      draft.budget.spend(5 + 10 * spec.fields.length)
      noteIds(draft.partitionIds, spec)
    }
  }
  return draft.partitionIds
}

function noteIds(ids: Map<string, number>, { fields }: PartitionSpec): void {
  for (const field of fields)
    if (field['field-id'] !== undefined) ids.set(computationKey(field), field['field-id'])
}

/** Sets the default partition spec of a table. The id -1 refers to the last spec that this commit added. */
export function setDefaultSpec(draft: Draft, requested: number): void {
  const id = requested === -1 ? draft.changes.lastAddedSpec : requested
  if (id === null) throw invalid('Cannot set last added spec: no spec has been added')
  if (id === draft.defaultSpecId) return
  if (!draft.specs.has(id)) throw invalid(`Cannot set default partition spec to unknown spec: ${id}`)
  draft.defaultSpecId = id
  draft.changes.any = true
}

/** Removes partition specs from a table. Ignores unknown ids. Refuses to remove the default spec. */
export function removeSpecs(draft: Draft, ids: readonly number[]): void {
  if (ids.includes(draft.defaultSpecId)) throw invalid('Cannot remove the default partition spec')
  for (const id of ids) {
    if (!draft.specs.delete(id)) continue
    draft.partitionIds = undefined
    draft.changes.any = true
    draft.changes.addedSpecs.delete(id)
    if (draft.changes.lastAddedSpec === id) draft.changes.lastAddedSpec = null
  }
}
