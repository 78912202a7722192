import { invalid } from '../../field-error.ts'
import type { Schema, StructType, Type } from './types.ts'

/** A field of a schema at any level, including the element of a list, and the key and value of a map. */
export interface IndexedField {
  readonly id: number
  /** Names of all parent fields and of the field, joined with dots: `orders.element.price`. */
  readonly fullName: string
  readonly required: boolean
  readonly type: Type
  readonly hasInitialDefault: boolean
  /** Field that contains this field. Undefined for columns. */
  readonly parent: IndexedField | undefined
}

/** Fields of a schema by id and by name. */
export interface SchemaIndex {
  readonly byId: ReadonlyMap<number, IndexedField>
  /** Fields by full names, and by short names, which omit `element` and `value` before the fields of a struct. */
  readonly byName: ReadonlyMap<string, IndexedField>
  /** Highest field id, or 0 for a schema without fields. */
  readonly highestId: number
}

interface Draft {
  readonly byId: Map<number, IndexedField>
  readonly byName: Map<string, IndexedField>
  readonly byShortName: Map<string, IndexedField>
}

/** Cache of the index of each schema. Schemas are immutable, and each commit uses the current schema. */
const indexes = new WeakMap<Schema, SchemaIndex>()

/**
 * Returns the index of a schema: its fields by id and by name.
 *
 * @throws {HeadgateError} `bad-request` when an id or a full name is used twice
 * @example
 * ```ts
 * const schema = { type: 'struct', 'schema-id': 0, fields: [{ id: 1, name: 'id', required: true, type: 'long' }] } as const
 * const id = schemaIndex(schema).byName.get('id')?.id
 * ```
 */
export function schemaIndex(schema: Schema): SchemaIndex {
  let index = indexes.get(schema)
  if (index === undefined) indexes.set(schema, (index = buildIndex(schema)))
  return index
}

function buildIndex(schema: Schema): SchemaIndex {
  const draft: Draft = { byId: new Map(), byName: new Map(), byShortName: new Map() }
  addStruct(draft, schema, '', '', undefined)
  for (const [name, field] of draft.byShortName) if (!draft.byName.has(name)) draft.byName.set(name, field)
  let highestId = 0
  for (const id of draft.byId.keys()) highestId = Math.max(highestId, id)
  return { byId: draft.byId, byName: draft.byName, highestId }
}

function addStruct(
  draft: Draft,
  struct: StructType,
  path: string,
  short: string,
  parent: IndexedField | undefined,
): void {
  for (const field of struct.fields) {
    const added = add(draft, {
      id: field.id,
      fullName: path + field.name,
      required: field.required,
      type: field.type,
      hasInitialDefault: field['initial-default'] !== undefined,
      parent,
    })
    const shortName = short + field.name
    if (shortName !== added.fullName && !draft.byShortName.has(shortName))
      draft.byShortName.set(shortName, added)
    addType(draft, field.type, added, shortName)
  }
}

function addType(draft: Draft, type: Type, parent: IndexedField, short: string): void {
  if (typeof type === 'string') return
  switch (type.type) {
    case 'struct':
      return addStruct(draft, type, `${parent.fullName}.`, `${short}.`, parent)
    case 'list':
      return addMember(
        draft,
        'element',
        type['element-id'],
        type.element,
        type['element-required'],
        parent,
        short,
      )
    case 'map':
      addMember(draft, 'key', type['key-id'], type.key, true, parent, short)
      return addMember(draft, 'value', type['value-id'], type.value, type['value-required'], parent, short)
  }
}

function addMember(
  draft: Draft,
  name: 'element' | 'key' | 'value',
  id: number,
  type: Type,
  required: boolean,
  parent: IndexedField,
  short: string,
): void {
  const fullName = `${parent.fullName}.${name}`
  const added = add(draft, { id, fullName, required, type, hasInitialDefault: false, parent })
  const shortName = `${short}.${name}`
  if (shortName !== fullName && !draft.byShortName.has(shortName)) draft.byShortName.set(shortName, added)
  const skipped = name !== 'key' && typeof type !== 'string' && type.type === 'struct'
  addType(draft, type, added, skipped ? short : shortName)
}

function add(draft: Draft, field: IndexedField): IndexedField {
  const sameName = draft.byName.get(field.fullName)
  if (sameName !== undefined)
    throw invalid(
      `Invalid schema: multiple fields for name ${field.fullName}: ${sameName.id} and ${field.id}`,
    )
  const sameId = draft.byId.get(field.id)
  if (sameId !== undefined)
    throw invalid(
      `Invalid schema: multiple fields for id ${field.id}: ${sameId.fullName} and ${field.fullName}`,
    )
  draft.byId.set(field.id, field)
  draft.byName.set(field.fullName, field)
  return field
}
