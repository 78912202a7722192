import type { Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { checkPartitionNames } from '../partition/check-spec.ts'
import { checkTransforms } from '../partition/check-transforms.ts'
import { sameSchema } from '../schema/same-schema.ts'
import { checkSchemaCompatibility } from '../schema/schema-compatibility.ts'
import { schemaIndex } from '../schema/schema-index.ts'
import type { Schema } from '../schema/types.ts'

/** Adds a schema under an id of the table's own, or finds the one that is already there. */
export function addSchema(draft: Draft, schema: Schema): void {
  const index = schemaIndex(schema)
  checkSchemaCompatibility(index, draft.formatVersion)
  const lastColumnId = Math.max(draft.lastColumnId, index.highestId)
  const id = idFor(draft, schema)
  const { changes } = draft
  const found = draft.schemas.has(id)
  if (found && lastColumnId === draft.lastColumnId) {
    // Then -1 may only mean this schema when it came with this commit: the id of an older one can be named.
    const isNew = changes.lastAddedSchema !== null && changes.addedSchemas.has(id)
    changes.lastAddedSchema = isNew ? id : null
    return
  }
  draft.lastColumnId = lastColumnId
  if (!found) draft.schemas.set(id, { ...schema, 'schema-id': id })
  changes.addedSchemas.add(id)
  changes.lastAddedSchema = id
  changes.any = true
}

/** The id of the same schema, or one more than the highest. */
function idFor(draft: Draft, schema: Schema): number {
  for (const [id, existing] of draft.schemas) if (sameSchema(existing, schema)) return id
  return Math.max(-1, ...draft.schemas.keys()) + 1
}

/** Makes a schema the current one; -1 is the one added last in this commit. */
export function setCurrentSchema(draft: Draft, requested: number): void {
  const id = requested === -1 ? draft.changes.lastAddedSchema : requested
  if (id === null) throw invalid('Cannot set last added schema: no schema has been added')
  if (id === draft.currentSchemaId) return
  const schema = draft.schemas.get(id)
  if (schema === undefined) throw invalid(`Cannot set current schema to unknown schema: ${id}`)
  // Specs and orders of older files need not fit to the new schema, but a partition must not be taken for a column.
  const index = schemaIndex(schema)
  for (const spec of draft.specs.values()) checkPartitionNames(spec, index)
  checkTransforms([...draft.specs.values(), ...draft.orders.values()], index)
  draft.currentSchemaId = id
  draft.changes.any = true
}

export function removeSchemas(draft: Draft, ids: readonly number[]): void {
  if (ids.includes(draft.currentSchemaId)) throw invalid('Cannot remove the current schema')
  for (const id of ids) {
    if (!draft.schemas.delete(id)) continue
    draft.changes.any = true
    forgetSchema(draft, id)
  }
}

/** A removed schema cannot be what -1 means. */
function forgetSchema(draft: Draft, id: number): void {
  draft.changes.addedSchemas.delete(id)
  if (draft.changes.lastAddedSchema === id) draft.changes.lastAddedSchema = null
}
