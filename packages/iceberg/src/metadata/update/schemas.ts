import { type Draft, highestId } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { checkPartitionNames } from '../partition/check-spec.ts'
import { checkTransforms } from '../partition/check-transforms.ts'
import { sameSchema } from '../schema/same-schema.ts'
import { checkSchemaCompatibility } from '../schema/schema-compatibility.ts'
import { schemaIndex } from '../schema/schema-index.ts'
import type { Schema } from '../schema/types.ts'

/** Adds a schema with a new id. If the table already has an equal schema, uses this schema instead. */
export function addSchema(draft: Draft, schema: Schema): void {
  const index = schemaIndex(schema)
  checkSchemaCompatibility(index, draft.formatVersion)
  const lastColumnId = Math.max(draft.lastColumnId, index.highestId)
  const id = chooseId(draft, schema)
  const { changes } = draft
  const found = draft.schemas.has(id)
  if (found && lastColumnId === draft.lastColumnId) {
    // The id -1 refers to an existing schema only if the same commit added this schema. For an older schema, clients
    // use its own id.
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

/** Returns the id of the equal schema of the table, or else the next unused id. */
function chooseId(draft: Draft, schema: Schema): number {
  const fields = schemaIndex(schema).byId.size
  let steps = 0
  let found: number | undefined
  for (const [id, existing] of draft.schemas) {
    steps += existing.fields.length === schema.fields.length ? 2 + fields : 2
    if (sameSchema(existing, schema)) {
      found = id
      break
    }
  }
  draft.budget.spend(steps)
  return found ?? highestId(draft.schemas.keys(), -1) + 1
}

/** Sets the current schema of a table. The id -1 refers to the last schema that this commit added. */
export function setCurrentSchema(draft: Draft, requested: number): void {
  const id = requested === -1 ? draft.changes.lastAddedSchema : requested
  if (id === null) throw invalid('Cannot set last added schema: no schema has been added')
  if (id === draft.currentSchemaId) return
  const schema = draft.schemas.get(id)
  if (schema === undefined) throw invalid(`Cannot set current schema to unknown schema: ${id}`)
  // Specs and orders that are not the default may be invalid for the new schema. But no partition field may have the
  // name of another column.
  const index = schemaIndex(schema)
  draft.budget.spend(countFields(draft.specs) + countFields(draft.orders))
  for (const spec of draft.specs.values()) checkPartitionNames(spec, index)
  checkTransforms([...draft.specs.values(), ...draft.orders.values()], index)
  draft.currentSchemaId = id
  draft.changes.any = true
}

/** Returns the total number of fields in the partition specs or sort orders of a table. */
function countFields(items: ReadonlyMap<number, { readonly fields: readonly unknown[] }>): number {
  let steps = 0
  for (const { fields } of items.values()) steps += 5 + 10 * fields.length
  return steps
}

/** Removes schemas from a table. Ignores unknown ids. Refuses to remove the current schema. */
export function removeSchemas(draft: Draft, ids: readonly number[]): void {
  if (ids.includes(draft.currentSchemaId)) throw invalid('Cannot remove the current schema')
  for (const id of ids) {
    if (!draft.schemas.delete(id)) continue
    draft.changes.any = true
    clearLastAddedSchema(draft, id)
  }
}

/** Clears the last added schema if this schema was removed, so that the id -1 does not refer to a removed schema. */
function clearLastAddedSchema(draft: Draft, id: number): void {
  draft.changes.addedSchemas.delete(id)
  if (draft.changes.lastAddedSchema === id) draft.changes.lastAddedSchema = null
}
