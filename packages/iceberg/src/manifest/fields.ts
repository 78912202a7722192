import { AvroError } from '../avro/avro-error.ts'
import type { AvroType, RecordField, RecordType } from '../avro/type.ts'
import type { AvroValue, FieldUse } from '../avro/value-reader.ts'

/** Field of a manifest or manifest list that the Iceberg specification defines, with its id and name. */
export interface KnownField {
  readonly id: number
  readonly name: string
  /** Whether the field is decoded at once, skipped, or decoded on demand. Default: `read`. */
  readonly use?: FieldUse
}

/**
 * Returns the specified field that a field of an Avro file represents, or undefined. Iceberg identifies fields by
 * their ids, because their names differ between versions. Fields without an id are identified by their name.
 */
function knownField<T extends KnownField>(fields: readonly T[], { id, name }: RecordField): T | undefined {
  return fields.find((known) => (id === null ? known.name === name : known.id === id))
}

/** Returns how a field of an Avro record is read. A field that is not among the specified `fields` is skipped. */
export function useOf(fields: readonly KnownField[], field: RecordField): FieldUse {
  const known = knownField(fields, field)
  return known === undefined ? 'skip' : (known.use ?? 'read')
}

/** Returns the Avro type of a specified field. Returns undefined if the file does not contain the field. */
export function typeOf(
  record: RecordType,
  fields: readonly KnownField[],
  name: string,
): AvroType | undefined {
  return record.fields.find((field) => knownField(fields, field)?.name === name)?.type
}

/**
 * Returns the record type, or the record type in a union with null.
 *
 * @throws AvroError
 */
export function recordIn(type: AvroType | undefined): RecordType {
  const record = type?.kind === 'union' ? type.branches.find(({ kind }) => kind === 'record') : type
  if (record?.kind !== 'record') throw new AvroError('is not a manifest or manifest list')
  return record
}

/**
 * Returns the index of each specified field in the values of a decoded record. The index of a field that the file
 * does not contain is -1.
 */
export function positions<Name extends string>(
  record: RecordType,
  fields: readonly (KnownField & { readonly name: Name })[],
): Readonly<Record<Name, number>> {
  const names = record.fields
    .map((field) => knownField(fields, field)?.name)
    .filter((name) => name !== undefined)
  return Object.fromEntries(fields.map(({ name }) => [name, names.indexOf(name)])) as Record<Name, number>
}

/** Returns the values of a decoded record or array. Throws an `AvroError` for any other value. */
export function listValue(value: AvroValue): readonly AvroValue[] {
  if (!Array.isArray(value))
    throw new AvroError('is not a manifest or manifest list: a value has the wrong type')
  return value as readonly AvroValue[]
}
