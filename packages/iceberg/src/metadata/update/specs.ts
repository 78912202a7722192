import { currentSchemaIndex, type Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import {
  checkPartitionNames,
  checkSpecCompatibility,
  hasSequentialIds,
  lastPartitionIdOf,
  withSequentialIds,
} from '../partition/check-spec.ts'
import { compatibleSpecs } from '../partition/same-spec.ts'
import { computationKey } from '../partition/sources.ts'
import type { PartitionSpec } from '../partition/types.ts'

/** Adds a partition spec under an id of the table's own, or finds the one that is already there. */
export function addSpec(draft: Draft, given: PartitionSpec): void {
  checkSourceIds(given, draft.formatVersion)
  const index = currentSchemaIndex(draft, 'add a partition spec')
  checkPartitionNames(given, index)
  checkSpecCompatibility(given, index)
  const { changes } = draft
  const found = findSpec(draft, given)
  if (found !== undefined) {
    const added = changes.lastAddedSpec !== null && changes.addedSpecs.has(changes.lastAddedSpec)
    changes.lastAddedSpec = added ? found : null
    return
  }
  const spec = withFieldIds(draft, given)
  if (draft.formatVersion === 1 && !hasSequentialIds(spec))
    throw invalid(`Spec does not use sequential IDs that are required in v1: ${fieldIds(spec).join(', ')}`)
  if (new Set(fieldIds(spec)).size < spec.fields.length)
    throw invalid('Cannot use partition field id more than once')
  const id = Math.max(-1, ...draft.specs.keys()) + 1
  draft.specs.set(id, { ...spec, 'spec-id': id })
  draft.lastPartitionId = Math.max(draft.lastPartitionId, lastPartitionIdOf(spec))
  changes.addedSpecs.add(id)
  changes.lastAddedSpec = id
  changes.any = true
}

function checkSourceIds(spec: PartitionSpec, version: number): void {
  if (version < 3 && spec.fields.some((field) => field['source-ids'] !== undefined))
    throw invalid('Invalid partition spec: source-ids is not supported until v3')
}

function findSpec(draft: Draft, spec: PartitionSpec): number | undefined {
  for (const [id, existing] of draft.specs) if (compatibleSpecs(existing, spec)) return id
  return undefined
}

function fieldIds(spec: PartitionSpec): readonly (number | undefined)[] {
  return spec.fields.map((field) => field['field-id'])
}

/**
 * Numbers fields that a client left to the catalog: 1000 … in format 1, which does not store ids; else the id that the
 * same computation has in another spec, or the next free one (Iceberg specification, "Partition Evolution").
 */
function withFieldIds(draft: Draft, spec: PartitionSpec): PartitionSpec {
  if (spec.fields.every((field) => field['field-id'] !== undefined)) return spec
  if (draft.formatVersion === 1) return withSequentialIds(spec)
  const known = new Map<string, number>()
  for (const { fields } of draft.specs.values())
    for (const field of fields)
      if (field['field-id'] !== undefined) known.set(computationKey(field), field['field-id'])
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

/** Makes a spec the default one; -1 is the one added last in this commit. */
export function setDefaultSpec(draft: Draft, requested: number): void {
  const id = requested === -1 ? draft.changes.lastAddedSpec : requested
  if (id === null) throw invalid('Cannot set last added spec: no spec has been added')
  if (id === draft.defaultSpecId) return
  if (!draft.specs.has(id)) throw invalid(`Cannot set default partition spec to unknown spec: ${id}`)
  draft.defaultSpecId = id
  draft.changes.any = true
}

export function removeSpecs(draft: Draft, ids: readonly number[]): void {
  if (ids.includes(draft.defaultSpecId)) throw invalid('Cannot remove the default partition spec')
  for (const id of ids) {
    if (!draft.specs.delete(id)) continue
    draft.changes.any = true
    draft.changes.addedSpecs.delete(id)
    if (draft.changes.lastAddedSpec === id) draft.changes.lastAddedSpec = null
  }
}
